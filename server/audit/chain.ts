/** The chain's arithmetic: pure, so that an exported file is checked by the same few lines as the database. */
import { createHash, createPublicKey, verify } from "node:crypto";
import { canonicalOf } from "./append.ts";

/** What comes before the first entry. */
export const start: Uint8Array = new Uint8Array(32);

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** Of an entry's canonical JSON, UTF-8. */
export function digestOf(canonical: string): Uint8Array {
  return sha256(Buffer.from(canonical, "utf8"));
}

/** hashₙ = SHA-256(hashₙ₋₁ ‖ digestₙ) */
export function following(before: Uint8Array, digest: Uint8Array): Uint8Array {
  return sha256(before, digest);
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

export const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");

export type Head = { seq: bigint; hash: Uint8Array; at: Date; keyId: string };

/** What of a head is signed: canonical JSON (RFC 8785). */
export function signedText({ seq, hash, at, keyId }: Head): string {
  return canonicalOf({ alg: "Ed25519", at: at.toISOString(), hash: hex(hash), key: keyId, seq: String(seq) });
}

/** @param publicKey SubjectPublicKeyInfo, DER. False too where it is no key at all. */
export function isSignedBy(publicKey: Uint8Array, head: Head, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    return verify(null, Buffer.from(signedText(head), "utf8"), key, signature);
  } catch {
    return false;
  }
}

/** By which heads name their key: the beginning of its SHA-256. */
export function keyIdOf(publicKey: Uint8Array): string {
  return hex(sha256(publicKey)).slice(0, 16);
}
