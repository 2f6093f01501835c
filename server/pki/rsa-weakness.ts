/** RSA moduli that somebody may factor although they are long: looked for in some microseconds, before such a key is certified. */

/**
 * What is wrong with a modulus of 1024 bits or more, or null: a factor below 752 (CA/Browser Forum, Baseline Requirements §6.1.6), primes so close that
 * a hundred rounds of Fermat's method find them (§6.1.1.3), or the form that a faulty library of smart cards gave its keys (ROCA, CVE-2017-15361).
 *
 * Not looked for: the keys that Debian's OpenSSL made until 2008 (CVE-2008-0166). They can only be known by a list, some 300,000 fingerprints
 * for 2048 bits alone and as many for each other length.
 */
export function weaknessOf(modulus: bigint): "small factor" | "close primes" | "ROCA" | null {
  const rests = restsOf(modulus);
  if (rests.includes(0)) return "small factor";
  if (looksLikeRoca(rests)) return "ROCA";
  return hasClosePrimes(modulus) ? "close primes" : null;
}

const primes = Array.from({ length: 752 }, (_, n) => n).filter(
  (n) => n > 1 && !Array.from({ length: 26 }, (_, d) => d + 2).some((d) => d < n && n % d === 0),
);

/**
 * The primes in bundles in bundles, so that a large number is divided but a few times: products of hundreds of bits, of those that a number holds
 * exactly, of those that fit 31 bits, whose rests are quick to divide.
 */
type Bundle<T> = { product: bigint; parts: T[] };

function bundled<T>(parts: readonly T[], factor: (part: T) => bigint, bound: bigint): Bundle<T>[] {
  const bundles: Bundle<T>[] = [];
  for (const part of parts) {
    const last = bundles.at(-1);
    if (last && last.product * factor(part) < bound) {
      last.product *= factor(part);
      last.parts.push(part);
    } else bundles.push({ product: factor(part), parts: [part] });
  }
  return bundles;
}

const small = bundled(primes, BigInt, 2n ** 31n).map(({ product, parts }) => ({
  product: Number(product),
  parts,
}));
const middle = bundled(small, ({ product }) => BigInt(product), 2n ** 53n);
const large = bundled(middle, ({ product }) => product, 2n ** 240n);
const primorial = large.reduce((product, bundle) => product * bundle.product, 1n);

/** The modulus by each of the primes. */
function restsOf(modulus: bigint): Uint16Array {
  const rests = new Uint16Array(primes.length);
  let at = 0;
  const rest = modulus % primorial;
  for (const { product, parts: middle } of large) {
    const within = rest % product;
    for (const { product, parts: small } of middle) {
      const number = Number(within % product);
      for (const { product, parts } of small) {
        const short = (number % product) | 0;
        for (const prime of parts) rests[at++] = short % prime;
      }
    }
  }
  return rests;
}

/**
 * The library's primes are k·M + (65537^a mod M), M the product of the first primes: a modulus made of them is a power of 65537 by
 * each prime of M. By chance that happens once in 2²⁸ moduli (Nemec et al., The Return of Coppersmith's Attack, 2017, §3.4).
 */
const generated = primes
  .filter((prime) => prime <= 167)
  .map((prime) => {
    const powers = new Uint8Array(prime);
    for (let power = 1; !powers[power]; power = (power * 65537) % prime) powers[power] = 1;
    return powers;
  });

function looksLikeRoca(rests: Uint16Array): boolean {
  return generated.every((powers, i) => powers[rests[i] as number]);
}

const rounds = 100;
/** Few numbers are squares by all of these: 1 in 120. */
const sieves = [64, 63, 65, 11].map((modulus) => {
  const squares = new Uint8Array(modulus);
  for (let n = 0; n < modulus; n++) squares[(n * n) % modulus] = 1;
  return { modulus, squares };
});
const sieved = 64 * 63 * 65 * 11;

/** Whether (a + i)² - n is a square for one of the first i, a being the root of n, rounded up. */
function hasClosePrimes(n: bigint): boolean {
  const floor = squareRoot(n);
  const a = floor * floor === n ? floor : floor + 1n;
  const aRest = Number(a % BigInt(sieved));
  const nRest = Number((a * a - n) % BigInt(sieved));
  for (let i = 0; i < rounds; i++) {
    const difference = (nRest + i * (2 * aRest + i)) % sieved;
    if (!sieves.every(({ modulus, squares }) => squares[difference % modulus])) continue;
    const exact = (a + BigInt(i)) ** 2n - n;
    if (squareRoot(exact) ** 2n === exact) return true;
  }
  return false;
}

/** The root, rounded down: by Newton's method, each round with as many bits as it can get right, twice those before. */
function squareRoot(n: bigint): bigint {
  if (n === 0n) return n;
  const half = Math.floor((bitLength(n) - 1) / 2);
  let root = 1n;
  let bits = 0;
  for (let shift = 31 - Math.clz32(half); shift >= 0; shift--) {
    const before = bits;
    bits = half >> shift;
    root = (root << BigInt(bits - before - 1)) + (n >> BigInt(2 * half - before - bits + 1)) / root;
  }
  return root * root > n ? root - 1n : root;
}

function bitLength(n: bigint): number {
  const digits = n.toString(16);
  return 4 * digits.length - (Math.clz32(Number.parseInt(digits.charAt(0), 16)) - 28);
}
