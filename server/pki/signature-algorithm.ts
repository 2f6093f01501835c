/** The algorithms with which this room signs, as certificates, lists and requests name them. For servers and browsers. */
import { type Der, nullValue, oid, sequence, unsigned } from "./der.ts";
import { PkiError } from "./errors.ts";

export type SignatureAlgorithm =
  | "sha256WithRSAEncryption"
  | "sha384WithRSAEncryption"
  | "sha512WithRSAEncryption"
  | "ecdsa-with-SHA256"
  | "ecdsa-with-SHA384"
  | "ecdsa-with-SHA512"
  | "Ed25519";

const identifiers: Record<SignatureAlgorithm, Der> = {
  // RSA algorithms carry NULL (RFC 4055 §5); ECDSA (RFC 5758 §3.2) and Ed25519 (RFC 8410 §3) nothing.
  sha256WithRSAEncryption: sequence(oid("1.2.840.113549.1.1.11"), nullValue),
  sha384WithRSAEncryption: sequence(oid("1.2.840.113549.1.1.12"), nullValue),
  sha512WithRSAEncryption: sequence(oid("1.2.840.113549.1.1.13"), nullValue),
  "ecdsa-with-SHA256": sequence(oid("1.2.840.10045.4.3.2")),
  "ecdsa-with-SHA384": sequence(oid("1.2.840.10045.4.3.3")),
  "ecdsa-with-SHA512": sequence(oid("1.2.840.10045.4.3.4")),
  Ed25519: sequence(oid("1.3.101.112")),
};

/** AlgorithmIdentifier of a signature (RFC 5280 §4.1.1.2). */
export function signatureAlgorithm(algorithm: SignatureAlgorithm): Der {
  return identifiers[algorithm];
}

/**
 * Ecdsa-Sig-Value (RFC 3279 §2.2.3) from r and s, one behind the other and equally long, as WebCrypto gives them.
 * @throws PkiError `number_malformed`
 */
export function ecdsaSignature(rs: Uint8Array): Der {
  if (rs.length === 0 || rs.length % 2 !== 0) throw new PkiError("number_malformed", "Not r and s.");
  return sequence(unsigned(rs.subarray(0, rs.length / 2)), unsigned(rs.subarray(rs.length / 2)));
}
