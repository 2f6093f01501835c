/** What is asked of an OCSP responder (RFC 6960 §4.1), read from strangers. */
import { oid } from "./der.ts";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";

/** Of which certificate: its issuer by the hashes of name and key, and its serial. */
export type CertId = {
  hash: OcspHash;
  issuerNameHash: Uint8Array;
  issuerKeyHash: Uint8Array;
  /** Lower-case hexadecimal, two digits an octet, without a leading zero octet. */
  serial: string;
  /** DER, as it came: the answer repeats it. */
  encoded: Uint8Array;
};

export type OcspHash = "sha1" | "sha256" | "sha384" | "sha512";

export type OcspRequest = {
  /** In the order asked, 1 to 100. */
  certIds: CertId[];
  /** To be repeated (RFC 9654); null where none came. */
  nonce: Uint8Array | null;
};

const limits = { octets: 64 * 1024, certificates: 100, nonce: 128, serial: 20 };

/**
 * Reads a request of at most 64 KiB for at most 100 certificates. Who asks, and their signature, must be well-formed and mean nothing here.
 * Every part of the result is a view of `der`.
 * @throws PkiError `ocsp_malformed`, `der_malformed`, `der_too_large`, `der_too_deep`: answered by malformedRequest;
 * `ocsp_unsupported`, a hash other than SHA-1 and SHA-2 or a critical extension that is not known: by unauthorized
 */
export function readOcspRequest(der: Uint8Array): OcspRequest {
  const reader = DerReader.of(der, { size: limits.octets });
  const request = reader.sequence();
  reader.end();
  const asked = request.sequence();
  checkSignature(request.optional(0xa0));
  request.end();
  checkVersion(asked.optional(0xa0));
  checkRequestor(asked.optional(0xa1));
  const certIds = readList(asked.sequence());
  const nonce = readExtensions(asked.optional(0xa2));
  asked.end();
  return { certIds, nonce };
}

/** DER leaves the default out; some clients say it all the same. */
function checkVersion(version: DerReader | null): void {
  if (version === null) return;
  if (version.number() !== 0) throw malformed("A version other than 1.");
  version.end();
}

/** A GeneralName, of any kind. */
function checkRequestor(requestor: DerReader | null): void {
  if (requestor === null) return;
  if ((requestor.next & 0xc0) !== 0x80) throw malformed("The requestor is no name.");
  requestor.wellFormed();
  requestor.end();
}

function checkSignature(signed: DerReader | null): void {
  if (signed === null) return;
  const signature = signed.sequence();
  signed.end();
  readAlgorithm(signature.sequence());
  signature.bitString();
  const certificates = signature.optional(0xa0);
  signature.end();
  if (certificates === null) return;
  const list = certificates.sequence();
  certificates.end();
  while (!list.atEnd) {
    if (list.next !== 0x30) throw malformed("Something else is where a certificate is wanted.");
    list.wellFormed();
  }
}

function readList(list: DerReader): CertId[] {
  const certIds: CertId[] = [];
  while (!list.atEnd) {
    if (certIds.length === limits.certificates) {
      throw malformed(`More than ${limits.certificates} certificates are asked for.`);
    }
    const request = list.sequence();
    certIds.push(readCertId(request.element()));
    const extensions = request.optional(0xa0);
    if (readExtensions(extensions) !== null) throw malformed("A nonce belongs to the whole request.");
    request.end();
  }
  if (certIds.length === 0) throw malformed("No certificate is asked for.");
  return certIds;
}

function readCertId(encoded: Uint8Array): CertId {
  const certId = DerReader.of(encoded).sequence();
  const { id, isBare } = readAlgorithm(certId.sequence());
  const issuerNameHash = certId.octetString();
  const issuerKeyHash = certId.octetString();
  const serial = certId.unsigned();
  certId.end();
  if (serial.length > limits.serial) throw malformed(`A serial of more than ${limits.serial} octets.`);
  const known = hashes.find((hash) => same(hash.id, id));
  if (known === undefined) throw new PkiError("ocsp_unsupported", "A hash other than SHA-1 and SHA-2.");
  // An answer repeats what it is asked, and is kept: nobody is to make it long.
  if (!isBare) throw malformed("A hash with parameters other than NULL.");
  if (issuerNameHash.length !== known.size || issuerKeyHash.length !== known.size) {
    throw malformed("A hash is not as long as its kind.");
  }
  return { hash: known.hash, issuerNameHash, issuerKeyHash, serial: hex(serial), encoded };
}

/** `id`: the content of the object identifier. `isBare`: its parameters are NULL or absent, as they are with every hash that is known here. */
function readAlgorithm(algorithm: DerReader): { id: Uint8Array; isBare: boolean } {
  const id = algorithm.primitive(0x06);
  const isBare = algorithm.atEnd || algorithm.next === 0x05;
  if (algorithm.next === 0x05) algorithm.null();
  else if (!algorithm.atEnd) algorithm.wellFormed();
  algorithm.end();
  return { id, isBare };
}

/** The nonce among them, or null. */
function readExtensions(extensions: DerReader | null): Uint8Array | null {
  if (extensions === null) return null;
  const list = extensions.sequence();
  extensions.end();
  let nonce: Uint8Array | null = null;
  while (!list.atEnd) {
    const extension = list.sequence();
    const id = extension.primitive(0x06);
    const critical = extension.next === 0x01 && extension.boolean();
    const value = extension.octetString();
    extension.end();
    if (same(id, nonceId)) {
      if (nonce !== null) throw malformed("There are two nonces.");
      nonce = readNonce(value);
    } else if (critical && !withoutConsequence.some((known) => same(known, id))) {
      throw new PkiError("ocsp_unsupported", "A critical extension that is not known.");
    }
  }
  return nonce;
}

/** RFC 9654 §2.1: of 1 to 128 octets; a responder refuses any other. */
function readNonce(value: Uint8Array): Uint8Array {
  const reader = DerReader.of(value);
  const nonce = reader.octetString();
  reader.end();
  if (nonce.length < 1 || nonce.length > limits.nonce) {
    throw malformed(`A nonce has 1 to ${limits.nonce} octets.`);
  }
  return nonce;
}

const nonceId = content("1.3.6.1.5.5.7.48.1.2");

/** What they ask for is what is done anyway: basic responses, an answer for our own issuers, the one signature there is. */
const withoutConsequence = [
  content("1.3.6.1.5.5.7.48.1.4"),
  content("1.3.6.1.5.5.7.48.1.7"),
  content("1.3.6.1.5.5.7.48.1.8"),
];

const hashes: readonly { hash: OcspHash; size: number; id: Uint8Array }[] = [
  { hash: "sha1", size: 20, id: content("1.3.14.3.2.26") },
  { hash: "sha256", size: 32, id: content("2.16.840.1.101.3.4.2.1") },
  { hash: "sha384", size: 48, id: content("2.16.840.1.101.3.4.2.2") },
  { hash: "sha512", size: 64, id: content("2.16.840.1.101.3.4.2.3") },
];

function content(dotted: string): Uint8Array {
  return oid(dotted).subarray(2);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("hex");
}

function malformed(message: string): PkiError {
  return new PkiError("ocsp_malformed", message);
}
