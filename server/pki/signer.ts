/** Who signs: a key in this process, or whatever can keep the same promise (PKCS #11, a cloud's KMS). */
import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { PkiError } from "./errors.ts";
import type { SignatureAlgorithm } from "./signature-algorithm.ts";

export { signatureAlgorithm } from "./signature-algorithm.ts";
export type { SignatureAlgorithm };

export type Signer = {
  algorithm: SignatureAlgorithm;
  publicKey: KeyObject;
  /**
   * The signature over the octets as X.509 carries it: PKCS #1 v1.5, Ecdsa-Sig-Value in DER (RFC 3279 §2.2.3), or Ed25519's 64 octets.
   * No promise where it is made at once: an OCSP answer then waits for nothing.
   */
  sign(tbs: Uint8Array): Uint8Array | Promise<Uint8Array>;
};

/**
 * Signs with a key held in memory: RSA of 2048 to 4096 bits with SHA-256 in the thread pool; P-256 with SHA-256, P-384 with SHA-384
 * and Ed25519 at once.
 * @throws PkiError `key_unsupported`
 */
export function keySigner(privateKey: KeyObject): Signer {
  const publicKey = createPublicKey(privateKey);
  const { namedCurve, modulusLength = 0 } = privateKey.asymmetricKeyDetails ?? {};
  if (privateKey.asymmetricKeyType === "rsa" && modulusLength >= 2048 && modulusLength <= 4096) {
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
      sign: (tbs) => sign("sha256", tbs, privateKey),
    };
  }
  if (namedCurve === "secp384r1") {
    return {
      algorithm: "ecdsa-with-SHA384",
      publicKey,
      sign: (tbs) => sign("sha384", tbs, privateKey),
    };
  }
  if (privateKey.asymmetricKeyType === "ed25519") {
    return { algorithm: "Ed25519", publicKey, sign: (tbs) => sign(null, tbs, privateKey) };
  }
  throw new PkiError(
    "key_unsupported",
    "An issuer's key is RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519.",
  );
}

function signInThreadPool(tbs: Uint8Array, privateKey: KeyObject): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign("sha256", tbs, privateKey, (error, signature) => (error ? reject(error) : resolve(signature)));
  });
}
