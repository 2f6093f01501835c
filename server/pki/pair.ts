/** Whether a private key is the one that a certificate was issued for. */
import { type KeyObject, X509Certificate } from "node:crypto";
import { PkiError } from "./errors.ts";

/**
 * @param certificate in DER
 * @throws PkiError `certificate_unreadable`, `key_mismatch`
 */
export function checkPair(privateKey: KeyObject, certificate: Uint8Array): void {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch (cause) {
    throw new PkiError("certificate_unreadable", "Not a certificate.", cause);
  }
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new PkiError("key_mismatch", "The certificate is of another key.");
  }
}
