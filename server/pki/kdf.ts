/** Key derivation of PKCS #12 (RFC 7292 appendix B.2), which neither node:crypto nor WebCrypto has. For servers and browsers. */
import { joined, utf16 } from "./der.ts";
import type { HashName, Pkcs12Suite } from "./pkcs12-suite.ts";
import { isRehashable, rehash } from "./rehash.ts";

/** What the octets are for (appendix B.3). */
export const purpose = { key: 1, iv: 2, mac: 3 } as const;

/**
 * `length` octets from a password and a salt.
 * @param password as BMPString with its two zero octets at the end (appendix B.1): `bmpPassword`
 */
export async function pkcs12Kdf(
  of: {
    hash: HashName;
    purpose: (typeof purpose)[keyof typeof purpose];
    password: Uint8Array;
    salt: Uint8Array;
    iterations: number;
    length: number;
  },
  suite: Pick<Pkcs12Suite, "digest" | "goes">,
): Promise<Uint8Array> {
  const block = of.hash === "sha1" || of.hash === "sha256" ? 64 : 128;
  const diversifier = new Uint8Array(block).fill(of.purpose);
  const input = joined(fill(of.salt, block), fill(of.password, block));
  let output = new Uint8Array(0);
  while (output.length < of.length) {
    const first = await suite.digest(of.hash, joined(diversifier, input));
    const digest = await again(of.hash, first, of.iterations - 1, suite);
    output = joined(output, digest);
    addToBlocks(input, digest, block);
  }
  return output.subarray(0, of.length);
}

/** The digest hashed `times` times more. */
async function again(
  hash: HashName,
  digest: Uint8Array,
  times: number,
  suite: Pick<Pkcs12Suite, "digest" | "goes">,
): Promise<Uint8Array> {
  let result = digest;
  if (!isRehashable(hash)) {
    for (let time = 0; time < times; time++) result = await suite.digest(hash, result);
    return result;
  }
  const { hashes, others } = suite.goes;
  for (let rest = times; rest > 0; rest -= hashes) {
    if (rest < times) await others();
    result = rehash(hash, result, Math.min(rest, hashes));
  }
  return result;
}

/** Repeated up to a whole number of blocks. */
function fill(octets: Uint8Array, block: number): Uint8Array {
  const filled = new Uint8Array(Math.ceil(octets.length / block) * block);
  return filled.map((_, i) => octets[i % octets.length] ?? 0);
}

/** I_j = (I_j + B + 1) modulo a block's size for each block of I, B the digest repeated (step 6.C). */
function addToBlocks(input: Uint8Array, digest: Uint8Array, size: number): void {
  for (let block = 0; block < input.length; block += size) {
    let carry = 1;
    for (let i = size - 1; i >= 0; i--) {
      carry += (input[block + i] ?? 0) + (digest[i % digest.length] ?? 0);
      input[block + i] = carry & 0xff;
      carry >>= 8;
    }
  }
}

/** A password as appendix B.1 wants it. */
export function bmpPassword(password: string): Uint8Array {
  return utf16(`${password}\0`);
}
