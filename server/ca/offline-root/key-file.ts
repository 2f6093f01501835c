/** A root's private key in a file: PKCS #8, encrypted by its keeper's passphrase (RFC 8018, PBES2), as OpenSSL and GnuTLS read it too. */
import { createCipheriv, createPrivateKey, type KeyObject, pbkdf2Sync, randomBytes } from "node:crypto";
import { integer, nullValue, octetString, oid, sequence } from "../../pki/der.ts";
import { toPem } from "../../pki/pem.ts";

/** PBKDF2 with HMAC-SHA-256: a quarter of a second of work a guess, as many as OWASP asks for. */
const iterations = 600_000;

/** What keeps somebody with the file alone from trying out what people choose. Characters. */
export const shortestPassphrase = 12;

export function encryptKey(privateKey: KeyObject, passphrase: string): string {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const key = pbkdf2Sync(octetsOf(passphrase), salt, iterations, 32, "sha256");
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  const encrypted = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  pkcs8.fill(0);
  key.fill(0);
  const derivation = sequence(
    oid("1.2.840.113549.1.5.12"),
    sequence(
      octetString(salt),
      integer(iterations),
      integer(32),
      sequence(oid("1.2.840.113549.2.9"), nullValue),
    ),
  );
  const encryption = sequence(oid("2.16.840.1.101.3.4.1.42"), octetString(iv));
  const scheme = sequence(oid("1.2.840.113549.1.5.13"), sequence(derivation, encryption));
  return toPem(sequence(scheme, octetString(encrypted)), "ENCRYPTED PRIVATE KEY");
}

/** Null for a wrong passphrase. Reads what OpenSSL wrote as well. */
export function decryptKey(pem: string, passphrase: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, format: "pem", passphrase: octetsOf(passphrase) });
  } catch {
    return null;
  }
}

/** The same keys typed on two machines may arrive in different forms of Unicode. */
function octetsOf(passphrase: string): Buffer {
  return Buffer.from(passphrase.normalize("NFC"), "utf8");
}
