/** Whether the CA's answer is what was asked for: the certificate of this very key, and above it issuers that signed for each other. */
import { DerReader } from "@/server/pki/der-reader.ts";

export type AnswerCheck = "fits" | "other_key" | "broken_chain" | "unreadable";

/** Octets; a certificate of ours has some 1,500. */
const LARGEST = 64 * 1024;

/**
 * @param spki the key that was asked for, SubjectPublicKeyInfo in DER
 * @param chain the issuer's certificate and those above it, the root's last
 */
export async function checkAnswer(
  spki: Uint8Array,
  certificate: Uint8Array,
  chain: readonly Uint8Array[],
): Promise<AnswerCheck> {
  let parts: Parts[];
  try {
    parts = [certificate, ...chain].map(partsOf);
  } catch {
    return "unreadable";
  }
  const [leaf, ...issuers] = parts as [Parts, ...Parts[]];
  if (!isSame(leaf.spki, spki)) return "other_key";
  if (issuers.length === 0) return "broken_chain";
  for (const [index, issuer] of issuers.entries()) {
    const below = parts[index] as Parts;
    if (!isSame(below.issuer, issuer.subject) || !(await hasSigned(issuer, below))) return "broken_chain";
  }
  return "fits";
}

type Parts = {
  /** What is signed. */
  tbs: Uint8Array;
  algorithm: string;
  signature: Uint8Array;
  issuer: Uint8Array;
  subject: Uint8Array;
  spki: Uint8Array;
};

/** Certificate (RFC 5280 §4.1). */
function partsOf(der: Uint8Array): Parts {
  const certificate = DerReader.of(der, { size: LARGEST }).sequence();
  const tbs = certificate.element();
  const algorithm = certificate.sequence().oid();
  const signature = certificate.bitString();
  certificate.end();

  const fields = DerReader.of(tbs, { size: LARGEST }).sequence();
  fields.constructed(0xa0);
  fields.integer();
  fields.element();
  const issuer = fields.element();
  fields.element();
  return { tbs, algorithm, signature, issuer, subject: fields.element(), spki: fields.element() };
}

const rsa = (hash: string) => ({ name: "RSASSA-PKCS1-v1_5", hash });
const signatureAlgorithms: Record<string, { name: string; hash?: string }> = {
  "1.2.840.113549.1.1.11": rsa("SHA-256"),
  "1.2.840.113549.1.1.12": rsa("SHA-384"),
  "1.2.840.113549.1.1.13": rsa("SHA-512"),
  "1.2.840.10045.4.3.2": { name: "ECDSA", hash: "SHA-256" },
  "1.2.840.10045.4.3.3": { name: "ECDSA", hash: "SHA-384" },
  "1.2.840.10045.4.3.4": { name: "ECDSA", hash: "SHA-512" },
  "1.3.101.112": { name: "Ed25519" },
};

/** An algorithm that the browser does not know decides nothing: whoever accepts the certificate checks it again. */
async function hasSigned(issuer: Parts, below: Parts): Promise<boolean> {
  const algorithm = signatureAlgorithms[below.algorithm];
  if (!algorithm) return true;
  const curve = algorithm.name === "ECDSA" ? curveOf(issuer.spki) : null;
  if (algorithm.name === "ECDSA" && !curve) return true;
  try {
    const key = await crypto.subtle.importKey(
      "spki",
      Uint8Array.from(issuer.spki),
      curve ? { name: "ECDSA", namedCurve: curve.name } : algorithm,
      false,
      ["verify"],
    );
    const signature = curve ? sideBySide(below.signature, curve.size) : below.signature;
    return await crypto.subtle.verify(algorithm, key, Uint8Array.from(signature), Uint8Array.from(below.tbs));
  } catch (error) {
    return error instanceof DOMException && error.name === "NotSupportedError";
  }
}

const curves: Record<string, { name: string; size: number }> = {
  "1.2.840.10045.3.1.7": { name: "P-256", size: 32 },
  "1.3.132.0.34": { name: "P-384", size: 48 },
  "1.3.132.0.35": { name: "P-521", size: 66 },
};

function curveOf(spki: Uint8Array): { name: string; size: number } | undefined {
  const algorithm = DerReader.of(spki, { size: LARGEST }).sequence().sequence();
  return algorithm.oid() === "1.2.840.10045.2.1" ? curves[algorithm.oid()] : undefined;
}

/** WebCrypto's two numbers of the curve's size, from Ecdsa-Sig-Value (RFC 3279 §2.2.3). */
function sideBySide(value: Uint8Array, size: number): Uint8Array {
  const numbers = DerReader.of(value, { size: 256 }).sequence();
  const both = new Uint8Array(2 * size);
  for (const end of [size, 2 * size]) {
    const number = numbers.unsigned();
    both.set(number, end - number.length);
  }
  return both;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
