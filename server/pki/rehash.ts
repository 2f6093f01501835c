/**
 * SHA-1 and SHA-256 of their own digest, over and over (FIPS 180-4 §6.1, §6.2). A digest fills a single block, so here a
 * round costs a fifth of a call to node:crypto; key derivation of PKCS #12 makes fourteen thousand of them a file.
 */

export type RehashName = "sha1" | "sha256";

export function isRehashable(hash: string): hash is RehashName {
  return hash === "sha1" || hash === "sha256";
}

/** The digest hashed `times` times more. */
export function rehash(hash: RehashName, digest: Uint8Array, times: number): Uint8Array {
  const round = hash === "sha1" ? sha1 : sha256;
  const words = digest.length / 4;
  const state = new Int32Array(words);
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  for (let i = 0; i < words; i++) state[i] = view.getInt32(4 * i);

  const schedule = new Int32Array(80);
  for (let time = 0; time < times; time++) {
    for (let i = 0; i < words; i++) schedule[i] = at(state, i);
    // Padding (§5.1.1): one bit, zeros, the length in bits.
    schedule[words] = 1 << 31;
    for (let i = words + 1; i < 15; i++) schedule[i] = 0;
    schedule[15] = 32 * words;
    round(schedule, state);
  }

  const result = new Uint8Array(digest.length);
  const target = new DataView(result.buffer);
  state.forEach((word, i) => {
    target.setInt32(4 * i, word);
  });
  return result;
}

/**
 * §6.1.2, from the initial hash value. A loop for each of the four functions, for to choose among them costs a
 * round a third; sums cut to 32 bits in pairs, which do not wait for one another: another fifth.
 */
function sha1(w: Int32Array, state: Int32Array): void {
  for (let t = 16; t < 80; t++) {
    const x = at(w, t - 3) ^ at(w, t - 8) ^ at(w, t - 14) ^ at(w, t - 16);
    w[t] = (x << 1) | (x >>> 31);
  }
  let a = 0x67452301;
  let b = 0xefcdab89 | 0;
  let c = 0x98badcfe | 0;
  let d = 0x10325476;
  let e = 0xc3d2e1f0 | 0;
  let t = 0;
  for (; t < 20; t++) {
    const mixed = (((a << 5) | (a >>> 27)) + (((c ^ d) & b) ^ d)) | 0;
    const next = (((mixed + ((e + at(w, t)) | 0)) | 0) + 0x5a827999) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; t < 40; t++) {
    const mixed = (((a << 5) | (a >>> 27)) + (b ^ c ^ d)) | 0;
    const next = (((mixed + ((e + at(w, t)) | 0)) | 0) + 0x6ed9eba1) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; t < 60; t++) {
    const mixed = (((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c)))) | 0;
    const next = (((mixed + ((e + at(w, t)) | 0)) | 0) + (0x8f1bbcdc | 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; t < 80; t++) {
    const mixed = (((a << 5) | (a >>> 27)) + (b ^ c ^ d)) | 0;
    const next = (((mixed + ((e + at(w, t)) | 0)) | 0) + (0xca62c1d6 | 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = a + 0x67452301;
  state[1] = b + 0xefcdab89;
  state[2] = c + 0x98badcfe;
  state[3] = d + 0x10325476;
  state[4] = e + 0xc3d2e1f0;
}

/** The first 32 bits of the fractional parts of roots of the first primes: the constants of SHA-256 (§4.2.2, §5.3.3). */
function fractions(count: number, root: (n: number) => number): Int32Array {
  const primes = Array.from({ length: 400 }, (_, n) => n).filter(
    (n) => n > 1 && !Array.from({ length: 19 }, (_, d) => d + 2).some((d) => d < n && n % d === 0),
  );
  return Int32Array.from(primes.slice(0, count), (prime) => Math.floor((root(prime) % 1) * 2 ** 32));
}

const roundConstants = fractions(64, Math.cbrt);
const initialValue = fractions(8, Math.sqrt);

/** §6.2.2, from the initial hash value. */
function sha256(w: Int32Array, state: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = at(w, t - 15);
    const y = at(w, t - 2);
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = at(w, t - 16) + s0 + at(w, t - 7) + s1;
  }
  let a = at(initialValue, 0);
  let b = at(initialValue, 1);
  let c = at(initialValue, 2);
  let d = at(initialValue, 3);
  let e = at(initialValue, 4);
  let f = at(initialValue, 5);
  let g = at(initialValue, 6);
  let h = at(initialValue, 7);
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + (((f ^ g) & e) ^ g) + at(roundConstants, t) + at(w, t)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = a + at(initialValue, 0);
  state[1] = b + at(initialValue, 1);
  state[2] = c + at(initialValue, 2);
  state[3] = d + at(initialValue, 3);
  state[4] = e + at(initialValue, 4);
  state[5] = f + at(initialValue, 5);
  state[6] = g + at(initialValue, 6);
  state[7] = h + at(initialValue, 7);
}

function at(words: Int32Array, index: number): number {
  return words[index] as number;
}
