/** Requests for certificates, PKCS #10 (RFC 2986), as the holder of a key makes them. For servers and browsers. */
import { bitString, contextConstructed, type Der, integer, oid, sequence, setOf } from "./der.ts";
import { encodeName, type Name } from "./name.ts";
import { type SignatureAlgorithm, signatureAlgorithm } from "./signature-algorithm.ts";

export type CertificationRequest = {
  /** SubjectPublicKeyInfo in DER, as WebCrypto exports it. */
  spki: Uint8Array;
  /** For those who look at the request: the CA goes by its order, not by this name. */
  subject: Name;
  signatureAlgorithm: SignatureAlgorithm;
  /** The signature by the key's other half, as X.509 carries it: for ECDSA `ecdsaSignature` makes it of what WebCrypto gives. */
  sign: (tbs: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** Extensions that its certificate should have (RFC 2985 §5.4.2). A CA that goes by its own profile looks at none. */
  extensions?: readonly Der[];
};

const extensionRequest = oid("1.2.840.113549.1.9.14");

/**
 * Makes and signs a request: its signature is the proof that the private key is there (§3).
 * @returns CertificationRequest in DER
 * @throws PkiError for a name that no certificate may carry
 */
export async function buildRequest(request: CertificationRequest): Promise<Uint8Array> {
  const version = integer(0);
  const wanted = request.extensions
    ? [sequence(extensionRequest, setOf(sequence(...request.extensions)))]
    : [];
  const tbs = sequence(version, encodeName(request.subject), request.spki, contextConstructed(0, ...wanted));
  const algorithm = signatureAlgorithm(request.signatureAlgorithm);
  return sequence(tbs, algorithm, bitString(await request.sign(tbs)));
}
