/** A detached signature (CMS, RFC 5652; S/MIME, RFC 8551): whether it is one over these octets, and by which certificate. */
import { fromBER, GeneralizedTime, ObjectIdentifier, OctetString, UTCTime } from "asn1js";
import { Certificate, ContentInfo, CryptoEngine, SignedData, type SignerInfo } from "pkijs";

export type Signature = {
  signer: Certificate;
  /** Those that came along, the signer's among them. */
  certificates: readonly Certificate[];
  /** When the signer says it was made. */
  signedAt: Date | null;
};

const id = {
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingTime: "1.2.840.113549.1.9.5",
  rsaEncryption: "1.2.840.113549.1.1.1",
} as const;
/** SHA-256, SHA-384, SHA-512. */
const digests = new Set(["2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"]);
/** RSA (PKCS #1 v1.5) and ECDSA with these. */
export const strongSignatures: ReadonlySet<string> = new Set([
  "1.2.840.113549.1.1.11",
  "1.2.840.113549.1.1.12",
  "1.2.840.113549.1.1.13",
  "1.2.840.10045.4.3.2",
  "1.2.840.10045.4.3.3",
  "1.2.840.10045.4.3.4",
]);
const MOST_CERTIFICATES = 10;

/** What the library computes with: Node's own. */
export const engine = new CryptoEngine({ name: "node", crypto: globalThis.crypto });

/**
 * Verifies a signature; whether its signer is to be believed is another question. Null: malformed, weaker than SHA-256, by several signers, or not over
 * these octets.
 */
export async function verifyDetached(signature: Uint8Array, content: Uint8Array): Promise<Signature | null> {
  try {
    const signed = readSignedData(signature);
    if (!signed) return null;
    const { data, signer } = signed;
    const verified = await data.verify({ signer: 0, data: exactly(content), extendedMode: true }, engine);
    const certificate = verified.signerCertificate;
    if (verified.signatureVerified !== true || !certificate) return null;
    return { signer: certificate, certificates: certificatesOf(data), signedAt: signingTimeOf(signer) };
  } catch {
    // Whatever a stranger wrote, the library's complaints say no more.
    return null;
  }
}

/** What the library does not insist upon: without it, one signature could be shown for another content. */
function readSignedData(octets: Uint8Array): { data: SignedData; signer: SignerInfo } | null {
  const asn1 = fromBER(exactly(octets));
  if (asn1.offset !== octets.length) return null;
  const info = new ContentInfo({ schema: asn1.result });
  if (info.contentType !== id.signedData) return null;
  const data = new SignedData({ schema: info.content });
  const [signer, ...others] = data.signerInfos;
  // The content is the mail's part, never one that the signature brings along.
  const isDetached =
    data.encapContentInfo.eContentType === id.data && data.encapContentInfo.eContent === undefined;
  if (!signer || others.length > 0 || !isDetached || certificatesOf(data).length > MOST_CERTIFICATES)
    return null;
  const algorithm = signer.signatureAlgorithm.algorithmId;
  const isStrong = algorithm === id.rsaEncryption || strongSignatures.has(algorithm);
  if (!digests.has(signer.digestAlgorithm.algorithmId) || !isStrong) return null;
  // RFC 5652 §5.3: signed attributes, each once and with one value.
  const type = onlyValueOf(signer, id.contentType);
  const digest = onlyValueOf(signer, id.messageDigest);
  if (!(digest instanceof OctetString && type instanceof ObjectIdentifier && type.getValue() === id.data))
    return null;
  return { data, signer };
}

function certificatesOf(data: SignedData): Certificate[] {
  return (data.certificates ?? []).filter((one) => one instanceof Certificate);
}

/** Null: the attribute is not there, or has not one value. */
function onlyValueOf(signer: SignerInfo, type: string): unknown {
  const attributes = (signer.signedAttrs?.attributes ?? []).filter((attribute) => attribute.type === type);
  const [value, ...others] = attributes.flatMap(({ values }) => values);
  return attributes.length === 1 && others.length === 0 ? (value ?? null) : null;
}

function signingTimeOf(signer: SignerInfo): Date | null {
  const value = onlyValueOf(signer, id.signingTime);
  return value instanceof UTCTime || value instanceof GeneralizedTime ? value.toDate() : null;
}

/** A buffer of these octets and no others, for the library looks at the whole of it. */
function exactly(octets: Uint8Array): ArrayBuffer {
  return new Uint8Array(octets).buffer;
}
