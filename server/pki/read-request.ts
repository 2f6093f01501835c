/**
 * Requests for certificates, PKCS #10 (RFC 2986), as a CA reads them. Of what a request says the key alone counts: the name, the mailbox and all else
 * that a certificate of ours says comes from the order. So its subject is not looked at, and neither are the extensions it asks for.
 */
import { type KeyObject, verify } from "node:crypto";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";
import { checkSubjectKey, keyObject } from "./keys.ts";
import { pemBlocks } from "./pem.ts";
import { readPublicKey } from "./public-key.ts";
import { type Verification, verificationOf } from "./request-signature.ts";

/** Octets, at most: a request of RSA-4096 has 1,500; one that a TPM vouches for some thousands more. */
export const longestRequest = 16 * 1024;
/** In base64, with its lines, and with what OpenSSL's `-text` writes before it. */
const longestText = 4 * longestRequest;

export type ReadRequest = {
  /** Fit to be certified. */
  publicKey: KeyObject;
  /** SubjectPublicKeyInfo in DER. */
  spki: Uint8Array;
};

/**
 * The key for which a certificate is asked, proven to be in the hands of whoever asks (§4.2): the request is signed with its other half.
 * @param derOrPem DER, or PEM with one block, CERTIFICATE REQUEST or as Microsoft calls it NEW CERTIFICATE REQUEST
 * @throws PkiError `request_malformed`, `request_too_large`, `request_private_key` for PEM that also holds a private key,
 * `request_signature`, `signature_too_weak` (SHA-1, MD5), `signature_unsupported`, and what `checkSubjectKey` throws
 */
export async function readRequest(derOrPem: Uint8Array): Promise<ReadRequest> {
  const der = derOf(derOrPem);
  if (der.length > longestRequest) throw tooLarge();
  const { tbs, spki, algorithm, signature } = asMalformed(() => partsOf(der));
  const verification = asMalformed(() => verificationOf(algorithm));
  if (readPublicKey(spki).kind !== verification.key) {
    throw new PkiError("request_signature", "The request's signature is not of its key's kind.");
  }
  // Looked at before it is used: verifying with it, too, is work for a stranger.
  const publicKey = keyObject(spki);
  // Requests that come together are all read before the first is verified: threads that are awake then go from one to the next.
  await null;
  if (!(await verifies(tbs, publicKey, signature, verification))) {
    throw new PkiError("request_signature", "The request is not signed with its own key.");
  }
  // Octets that nobody else can change since they were looked at.
  return { publicKey, spki: checkSubjectKey(publicKey).spki };
}

/** CertificationRequest (§4). */
function partsOf(der: Uint8Array) {
  const outer = DerReader.of(der, { size: longestRequest });
  const request = outer.sequence();
  outer.end();
  const tbs = request.element();
  const algorithm = request.element();
  const signature = request.bitString();
  request.end();

  const info = DerReader.of(tbs).sequence();
  if (info.number() !== 0)
    throw new PkiError("der_malformed", "A request is of version 1, which is written 0.");
  if (info.next !== 0x30) throw new PkiError("der_malformed", "A request names a subject, be it empty.");
  info.wellFormed();
  const spki = info.element();
  checkAttributes(info.constructed(0xa0));
  info.end();
  return { tbs, spki, algorithm, signature };
}

/** Attributes (§4.1): well-formed, and that is all. */
function checkAttributes(attributes: DerReader): void {
  while (!attributes.atEnd) {
    const attribute = attributes.sequence();
    attribute.oid();
    const values = attribute.set();
    while (!values.atEnd) values.wellFormed();
    attribute.end();
  }
}

/** In the thread pool: it takes longer than all the rest of a request. */
function verifies(
  tbs: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
  { hash, pss }: Verification,
): Promise<boolean> {
  return new Promise<boolean>((resolve, reject) => {
    verify(hash, tbs, pss ? { key, ...pss } : key, signature, (error, holds) =>
      error ? reject(error) : resolve(holds),
    );
    // Which signatures it does not even look at is a matter of OpenSSL's.
  }).catch(() => false);
}

const labels = new Set(["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]);

/** What has no block is taken for DER. */
function derOf(derOrPem: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = derOrPem;
  if (byteLength > longestText) throw tooLarge();
  const text = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
  if (!text.includes("-----BEGIN ")) return derOrPem;
  // Before anything else is found wrong with it: a page may show again what is malformed, but not this.
  if (text.includes("PRIVATE KEY-----")) {
    throw new PkiError(
      "request_private_key",
      "The request comes with a private key, which is for its holder alone: make another key, and send the request alone.",
    );
  }
  const [block, ...others] = asMalformed(() => pemBlocks(text));
  if (!block || others.length > 0 || !labels.has(block.label)) {
    throw new PkiError("request_malformed", "A text with one request, and nothing else, is wanted.");
  }
  return block.der;
}

function tooLarge(): PkiError {
  return new PkiError("request_too_large", `A request has ${longestRequest} octets at most.`);
}

/** How it is not in DER or PEM is of no interest but to the log. */
function asMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PkiError) || !/^(der|pem)_/.test(cause.code)) throw cause;
    throw new PkiError("request_malformed", "Not a request for a certificate (PKCS #10).", cause);
  }
}
