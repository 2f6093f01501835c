/** What a signature or a digest may be made with. Whatever is not in these tables is refused: SHA-1, HMAC, DSA, RSA-PSS. */
import { createHash, type KeyObject, sign, verify } from "node:crypto";
import { privateKeyOf, publicKeyOf } from "./key-objects.ts";

export const exclusiveCanonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#";
/** In a reference into the same document it means the same, and where comments would count there may be none. */
export const exclusiveWithComments = `${exclusiveCanonicalization}WithComments`;
export const envelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

const more = "http://www.w3.org/2001/04/xmldsig-more#";

export const digestNames: Readonly<Record<string, string>> = {
  "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
  [`${more}sha384`]: "sha384",
  "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
};

type Signer = { keyType: "rsa" | "ec"; digest: string };

export const signatureMethods: Readonly<Record<string, Signer>> = {
  [`${more}rsa-sha256`]: { keyType: "rsa", digest: "sha256" },
  [`${more}rsa-sha384`]: { keyType: "rsa", digest: "sha384" },
  [`${more}rsa-sha512`]: { keyType: "rsa", digest: "sha512" },
  [`${more}ecdsa-sha256`]: { keyType: "ec", digest: "sha256" },
  [`${more}ecdsa-sha384`]: { keyType: "ec", digest: "sha384" },
  [`${more}ecdsa-sha512`]: { keyType: "ec", digest: "sha512" },
};

export const rsaSha256 = `${more}rsa-sha256`;
export const sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";

/** `algorithm` is a name of `digestNames`. */
export function digestOf(text: string, algorithm: string): Buffer {
  return createHash(allowed(digestNames, algorithm)).update(text, "utf8").digest();
}

/** `algorithm` is a name of `signatureMethods`; the key is a PEM. */
export function signText(text: string, key: string, algorithm: string): Buffer {
  const { digest } = allowed(signatureMethods, algorithm);
  return sign(digest, Buffer.from(text, "utf8"), encoded(privateKeyOf(key)));
}

/** A certificate (base64 of DER) whose key is of another kind than the algorithm's verifies nothing. */
export function verifiesText(text: string, value: Buffer, certificate: string, algorithm: string): boolean {
  const { keyType, digest } = allowed(signatureMethods, algorithm);
  const key = publicKeyOf(certificate);
  if (key?.asymmetricKeyType !== keyType) return false;
  return verify(digest, Buffer.from(text, "utf8"), encoded(key), value);
}

const fewestBits = 2048;

/** Whether its key could be found out: RSA of less than 2048 bits (GakuNin, NIST SP 800-131A), whose signatures prove nothing. */
export function isWeak(certificate: string): boolean {
  const { modulusLength } = publicKeyOf(certificate)?.asymmetricKeyDetails ?? {};
  return modulusLength !== undefined && modulusLength < fewestBits;
}

/** ECDSA in XML is r and s side by side (RFC 9231 §2.3.6), not DER. */
function encoded(key: KeyObject) {
  return { key, dsaEncoding: "ieee-p1363" as const };
}

function allowed<T>(table: Readonly<Record<string, T>>, algorithm: string): T {
  const found = Object.hasOwn(table, algorithm) ? table[algorithm] : undefined;
  if (!found) throw new Error(`${algorithm} is not allowed`);
  return found;
}
