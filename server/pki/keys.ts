/** Key pairs: made, encoded, identified, and looked at before they are certified. */
import { generateKeyPair, hash, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { PkiError } from "./errors.ts";

const generate = promisify(generateKeyPair);

export type KeyPair = { publicKey: KeyObject; privateKey: KeyObject };

/** Made in the thread pool: the event loop stays free. Exponent 65537. */
export function generateRsaKey(bits: 2048 | 3072 | 4096 = 2048): Promise<KeyPair> {
  return generate("rsa", { modulusLength: bits });
}

export function generateEcKey(curve: "P-256" | "P-384"): Promise<KeyPair> {
  return generate("ec", { namedCurve: curve });
}

/**
 * SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
 * @throws PkiError `key_unsupported` for a private or secret key
 */
export function spki(publicKey: KeyObject): Uint8Array {
  if (publicKey.type !== "public") throw new PkiError("key_unsupported", "Not a public key.");
  return publicKey.export({ type: "spki", format: "der" });
}

/** SHA-1 of the public key's bits: method 1 of RFC 5280 §4.2.1.2. 20 octets. */
export function keyIdentifier(publicKey: KeyObject): Uint8Array {
  return keyIdentifierOf(spki(publicKey));
}

/** The same, of an encoded SubjectPublicKeyInfo. */
export function keyIdentifierOf(spki: Uint8Array): Uint8Array {
  return hash("sha1", publicKeyBits(spki), "buffer");
}

/**
 * Refuses a subject's key that must not be certified: RSA of fewer than 2048 or more than 8192 bits, with an exponent that is even or
 * below 65537 (NIST SP 800-56B §6.2.2), or with a small factor; elliptic curves other than P-256, P-384 and P-521; every other kind.
 * @throws PkiError `key_too_weak`, `key_unsupported`
 */
export function checkSubjectKey(publicKey: KeyObject, encoded: Uint8Array = spki(publicKey)): void {
  const { modulusLength = 0, publicExponent = 0n, namedCurve = "" } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType === "ec") {
    if (curves.has(namedCurve)) return;
    throw new PkiError("key_unsupported", "An elliptic curve other than P-256, P-384 and P-521.");
  }
  if (publicKey.asymmetricKeyType !== "rsa" || modulusLength > 8192) {
    throw new PkiError("key_unsupported", "A key of a kind or size that is not certified here.");
  }
  if (modulusLength < 2048) throw new PkiError("key_too_weak", "An RSA key of fewer than 2048 bits.");
  if (publicExponent < 65537n || publicExponent % 2n === 0n || publicExponent >> 256n > 0n) {
    throw new PkiError("key_too_weak", "An RSA key whose exponent is even, too small or too large.");
  }
  if (hasSmallFactor(modulus(encoded))) {
    throw new PkiError("key_too_weak", "An RSA key whose modulus has a small factor.");
  }
}

const curves = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/** The primes below 752 (CA/Browser Forum, Baseline Requirements §6.1.6), in groups whose products a number holds exactly. */
const smallPrimes = grouped(
  Array.from({ length: 752 }, (_, n) => n).filter(
    (n) => n > 1 && !Array.from({ length: 26 }, (_, d) => d + 2).some((d) => d < n && n % d === 0),
  ),
);

type PrimeGroup = { product: bigint; primes: number[] };

function grouped(primes: readonly number[]): PrimeGroup[] {
  const groups: PrimeGroup[] = [];
  for (const prime of primes) {
    const last = groups.at(-1);
    const product = (last?.product ?? 0n) * BigInt(prime);
    if (last && product <= Number.MAX_SAFE_INTEGER) {
      last.product = product;
      last.primes.push(prime);
    } else {
      groups.push({ product: BigInt(prime), primes: [prime] });
    }
  }
  return groups;
}

function hasSmallFactor(modulus: bigint): boolean {
  return smallPrimes.some(({ product, primes }) => {
    const rest = Number(modulus % product);
    return primes.some((prime) => rest % prime === 0);
  });
}

/** The content of subjectPublicKey, without the octet that counts unused bits. */
function publicKeyBits(spki: Uint8Array): Uint8Array {
  const algorithm = contentAt(spki, contentAt(spki, 0).start);
  const bits = contentAt(spki, algorithm.end);
  return spki.subarray(bits.start + 1, bits.end);
}

/** The modulus of an RSAPublicKey (RFC 8017 appendix A.1.1). */
function modulus(spki: Uint8Array): bigint {
  const key = publicKeyBits(spki);
  const number = contentAt(key, contentAt(key, 0).start);
  return BigInt(`0x${Buffer.from(key.subarray(number.start, number.end)).toString("hex")}`);
}

/** Where the content of the element at `offset` lies. Only for encodings that node:crypto wrote. */
function contentAt(der: Uint8Array, offset: number): { start: number; end: number } {
  const first = der[offset + 1] ?? 0;
  if (first < 0x80) return { start: offset + 2, end: offset + 2 + first };
  const start = offset + 2 + (first & 0x7f);
  const length = der.subarray(offset + 2, start).reduce((sum, octet) => sum * 256 + octet, 0);
  return { start, end: start + length };
}
