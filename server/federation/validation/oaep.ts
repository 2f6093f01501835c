/** Opens what RSA-OAEP sealed (RFC 8017 §7.1.2), also where the two hashes in it differ, as most SAML software writes it. */
import { constants, createHash, privateDecrypt } from "node:crypto";
import { privateKeyOf } from "../xml/key-objects.ts";

/** `hash` is of the label, `mask` that of the mask generation (MGF1). XML's rsa-oaep-mgf1p has SHA-1 as the latter, whatever the former is. */
export type Oaep = { hash: string; mask: string; label: Buffer };

/** The message, or null: nobody may learn why not. */
export function openOaep(sealed: Buffer, privateKey: string, { hash, mask, label }: Oaep): Buffer | null {
  const key = privateKeyOf(privateKey);
  try {
    if (hash === mask) return privateDecrypt({ key, oaepHash: hash, oaepLabel: label }, sealed);
    return unpad(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, sealed), { hash, mask, label });
  } catch {
    return null;
  }
}

/** Every octet is looked at whatever the ones before it were: how long it takes tells nothing (Manger, 2001). */
function unpad(block: Buffer, { hash, mask, label }: Oaep): Buffer | null {
  const wanted = createHash(hash).update(label).digest();
  const size = wanted.length;
  const seed = mixed(block.subarray(1, 1 + size), generateMask(block.subarray(1 + size), size, mask));
  const data = mixed(block.subarray(1 + size), generateMask(seed, block.length - size - 1, mask));

  let wrong = block[0] ?? 1;
  for (let at = 0; at < size; at++) wrong |= (data[at] ?? 0) ^ (wanted[at] ?? 0);
  let start = 0;
  let looking = 1;
  for (let at = size; at < data.length; at++) {
    const octet = data[at] ?? 0;
    const isOne = Number(octet === 1) & looking;
    wrong |= Number(octet > 1) & looking;
    start |= (at + 1) * isOne;
    looking &= 1 - isOne;
  }
  return wrong | looking ? null : data.subarray(start);
}

/** MGF1 (RFC 8017 §B.2.1). */
function generateMask(seed: Buffer, length: number, hash: string): Buffer {
  const blocks: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let made = 0, n = 0; made < length; n++) {
    counter.writeUInt32BE(n);
    const block = createHash(hash).update(seed).update(counter).digest();
    blocks.push(block);
    made += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function mixed(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((octet, at) => octet ^ (b[at] ?? 0)));
}
