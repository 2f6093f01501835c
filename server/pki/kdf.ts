/** Key derivation of PKCS #12 (RFC 7292 appendix B.2), which node:crypto lacks. */
import { hash } from "node:crypto";
import { rehash } from "./rehash.ts";

/** What the octets are for (appendix B.3). */
export const purpose = { key: 1, iv: 2, mac: 3 } as const;

export type KdfHash = "sha1" | "sha256";

const BLOCK = 64;

/**
 * `length` octets from a password and a salt.
 * @param password as BMPString with its two zero octets at the end (appendix B.1): `bmpPassword`
 */
export function pkcs12Kdf(of: {
  hash: KdfHash;
  purpose: (typeof purpose)[keyof typeof purpose];
  password: Uint8Array;
  salt: Uint8Array;
  iterations: number;
  length: number;
}): Uint8Array {
  const diversifier = new Uint8Array(BLOCK).fill(of.purpose);
  const input = Buffer.concat([fill(of.salt), fill(of.password)]);
  const output: Uint8Array[] = [];
  for (let have = 0; have < of.length; ) {
    const first = hash(of.hash, Buffer.concat([diversifier, input]), "buffer");
    const digest = rehash(of.hash, first, of.iterations - 1);
    output.push(digest);
    have += digest.length;
    addToBlocks(input, digest);
  }
  return Buffer.concat(output).subarray(0, of.length);
}

/** Repeated up to a whole number of blocks. */
function fill(octets: Uint8Array): Uint8Array {
  const filled = new Uint8Array(Math.ceil(octets.length / BLOCK) * BLOCK);
  return filled.map((_, i) => octets[i % octets.length] ?? 0);
}

/** I_j = (I_j + B + 1) mod 2^512 for each block of I, B the digest repeated (step 6.C). */
function addToBlocks(input: Uint8Array, digest: Uint8Array): void {
  for (let block = 0; block < input.length; block += BLOCK) {
    let carry = 1;
    for (let i = BLOCK - 1; i >= 0; i--) {
      carry += (input[block + i] ?? 0) + (digest[i % digest.length] ?? 0);
      input[block + i] = carry & 0xff;
      carry >>= 8;
    }
  }
}

/** A password as appendix B.1 wants it. */
export function bmpPassword(password: string): Uint8Array {
  return Buffer.from(`${password}\0`, "utf16le").swap16();
}
