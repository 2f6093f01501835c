/** Key pairs: made, encoded, identified, and looked at before they are certified. */
import { createPublicKey, generateKeyPair, hash, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";
import { toPem } from "./pem.ts";
import { type PublicKeyInfo, readPublicKey } from "./public-key.ts";
import { weaknessOf } from "./rsa-weakness.ts";

const generate = promisify(generateKeyPair);

export type KeyPair = { publicKey: KeyObject; privateKey: KeyObject };

/** Made in the thread pool: the event loop stays free. Exponent 65537. */
export function generateRsaKey(bits: 2048 | 3072 | 4096 = 2048): Promise<KeyPair> {
  return generate("rsa", { modulusLength: bits });
}

export function generateEcKey(curve: "P-256" | "P-384"): Promise<KeyPair> {
  return generate("ec", { namedCurve: curve });
}

export function generateEdKey(): Promise<KeyPair> {
  return generate("ed25519");
}

/**
 * SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
 * @throws PkiError `key_unsupported` for a private or secret key
 */
export function spki(publicKey: KeyObject): Uint8Array {
  if (publicKey.type !== "public") throw new PkiError("key_unsupported", "Not a public key.");
  return publicKey.export({ type: "spki", format: "der" });
}

/** A key that was looked at, and what certificates want of it. */
export type CheckedKey = {
  spki: Uint8Array;
  kind: PublicKeyInfo["kind"];
  /** Method 1 of RFC 5280 §4.2.1.2: SHA-1 of the public key's bits. 20 octets. */
  identifier: Uint8Array;
};

/** SHA-1 of the public key's bits: method 1 of RFC 5280 §4.2.1.2. 20 octets. */
export function keyIdentifier(publicKey: KeyObject): Uint8Array {
  return keyIdentifierOf(spki(publicKey));
}

/** The same, of an encoded SubjectPublicKeyInfo of any kind. */
export function keyIdentifierOf(spki: Uint8Array): Uint8Array {
  const info = DerReader.of(spki).sequence();
  info.sequence();
  return hash("sha1", info.bitString(), "buffer");
}

/**
 * A key as node:crypto works with it, from its SubjectPublicKeyInfo; what the octets have been found to be is remembered of it.
 * @throws PkiError as `checkSubjectKey`
 */
export function keyObject(publicKey: KeyObject | Uint8Array): KeyObject {
  if (!(publicKey instanceof Uint8Array)) return publicKey;
  // A copy: the octets given may yet change.
  const encoded = Buffer.from(publicKey);
  const found = check(encoded);
  try {
    // As text it is read in half the time: an object node:crypto first takes for a key, by errors that it throws and catches.
    const key = createPublicKey(toPem(encoded, "PUBLIC KEY"));
    checked.set(key, found);
    return key;
  } catch (cause) {
    throw new PkiError("key_malformed", "A public key is not one.", cause);
  }
}

/** A KeyObject never changes: what was found of it holds as long as it lives. */
const checked = new WeakMap<KeyObject, CheckedKey>();

/**
 * Refuses a subject's key that must not be certified: RSA of fewer than 2048 or more than 4096 bits, with an exponent that is even or
 * below 65537 (NIST SP 800-56B §6.2.1), or of a modulus that may be factored; elliptic curves other than P-256 and P-384, and
 * what is no point of them; every other kind but Ed25519. A KeyObject is looked at once.
 * @param publicKey or its SubjectPublicKeyInfo in DER
 * @throws PkiError `key_malformed`, `key_unsupported`, `key_curve`, `key_point`, `key_too_weak`, `key_too_large`, `key_exponent`, `key_factorable`
 */
export function checkSubjectKey(publicKey: KeyObject | Uint8Array): CheckedKey {
  if (publicKey instanceof Uint8Array) return check(publicKey);
  const known = checked.get(publicKey);
  if (known) return known;
  const found = check(spki(publicKey));
  checked.set(publicKey, found);
  return found;
}

function check(spki: Uint8Array): CheckedKey {
  const key = readPublicKey(spki);
  if (key.kind === "rsa") checkRsa(key);
  return { spki, kind: key.kind, identifier: hash("sha1", key.bits, "buffer") };
}

function checkRsa({ modulus, exponent }: { modulus: bigint; exponent: bigint }): void {
  if (modulus < 1n << 2047n) throw new PkiError("key_too_weak", "An RSA key of fewer than 2048 bits.");
  if (modulus >> 4096n > 0n) throw new PkiError("key_too_large", "An RSA key of more than 4096 bits.");
  if (exponent < 65537n || exponent % 2n === 0n || exponent >> 256n > 0n) {
    throw new PkiError("key_exponent", "An RSA key whose exponent is even, too small or too large.");
  }
  const weakness = weaknessOf(modulus);
  if (weakness) throw new PkiError("key_factorable", `An RSA key that may be factored: ${weakness}.`);
}
