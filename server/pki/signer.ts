/** Who signs: a key in this process, or whatever can keep the same promise (PKCS #11, a cloud's KMS). */
import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { type Der, nullValue, oid, sequence } from "./der.ts";
import { PkiError } from "./errors.ts";

export type SignatureAlgorithm =
  | "sha256WithRSAEncryption"
  | "sha384WithRSAEncryption"
  | "sha512WithRSAEncryption"
  | "ecdsa-with-SHA256"
  | "ecdsa-with-SHA384"
  | "ecdsa-with-SHA512";

export type Signer = {
  algorithm: SignatureAlgorithm;
  publicKey: KeyObject;
  /** The signature over the octets as X.509 carries it: PKCS #1 v1.5, or Ecdsa-Sig-Value in DER (RFC 3279 §2.2.3). */
  sign(tbs: Uint8Array): Promise<Uint8Array>;
};

const identifiers: Record<SignatureAlgorithm, Der> = {
  // RSA algorithms carry NULL (RFC 4055 §5), ECDSA ones nothing (RFC 5758 §3.2).
  sha256WithRSAEncryption: sequence(oid("1.2.840.113549.1.1.11"), nullValue),
  sha384WithRSAEncryption: sequence(oid("1.2.840.113549.1.1.12"), nullValue),
  sha512WithRSAEncryption: sequence(oid("1.2.840.113549.1.1.13"), nullValue),
  "ecdsa-with-SHA256": sequence(oid("1.2.840.10045.4.3.2")),
  "ecdsa-with-SHA384": sequence(oid("1.2.840.10045.4.3.3")),
  "ecdsa-with-SHA512": sequence(oid("1.2.840.10045.4.3.4")),
};

/** AlgorithmIdentifier of a signature (RFC 5280 §4.1.1.2). */
export function signatureAlgorithm(algorithm: SignatureAlgorithm): Der {
  return identifiers[algorithm];
}

/**
 * Signs with a key held in memory: RSA with SHA-256 in the thread pool, P-256 with SHA-256 and P-384 with SHA-384 at once.
 * @throws PkiError `key_unsupported`
 */
export function keySigner(privateKey: KeyObject): Signer {
  const publicKey = createPublicKey(privateKey);
  const { namedCurve, modulusLength = 0 } = privateKey.asymmetricKeyDetails ?? {};
  if (privateKey.asymmetricKeyType === "rsa" && modulusLength >= 2048) {
    return {
      algorithm: "sha256WithRSAEncryption",
      publicKey,
      sign: (tbs) => signInThreadPool(tbs, privateKey),
    };
  }
  if (namedCurve === "prime256v1") {
    return {
      algorithm: "ecdsa-with-SHA256",
      publicKey,
      sign: async (tbs) => sign("sha256", tbs, privateKey),
    };
  }
  if (namedCurve === "secp384r1") {
    return {
      algorithm: "ecdsa-with-SHA384",
      publicKey,
      sign: async (tbs) => sign("sha384", tbs, privateKey),
    };
  }
  throw new PkiError("key_unsupported", "An issuer's key is RSA from 2048 bits on, P-256 or P-384.");
}

function signInThreadPool(tbs: Uint8Array, privateKey: KeyObject): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign("sha256", tbs, privateKey, (error, signature) => (error ? reject(error) : resolve(signature)));
  });
}
