/** Reads certificates that carry names like our own; node's parser, OpenSSL's, meets the octets first. */
import { type KeyObject, X509Certificate } from "node:crypto";
import type { Issuer } from "./certificate.ts";
import { PkiError } from "./errors.ts";
import { keyIdentifier } from "./keys.ts";
import { type Name, parseName } from "./name.ts";

export type ReadCertificate = {
  /** Lower-case hexadecimal, two digits an octet. */
  serial: string;
  subject: Name;
  issuer: Name;
  notBefore: Date;
  notAfter: Date;
  publicKey: KeyObject;
};

/**
 * What a certificate in DER says.
 * @throws PkiError `certificate_unreadable`, also for names with attributes that `Rdn` does not list
 */
export function readCertificate(der: Uint8Array): ReadCertificate {
  try {
    const certificate = new X509Certificate(der);
    return {
      serial: certificate.serialNumber.toLowerCase(),
      subject: readName(certificate.subject),
      issuer: readName(certificate.issuer),
      notBefore: certificate.validFromDate,
      notAfter: certificate.validToDate,
      publicKey: certificate.publicKey,
    };
  } catch (cause) {
    throw new PkiError("certificate_unreadable", "Not a certificate that can be read here.", cause);
  }
}

/**
 * A CA, from its certificate in DER, as `issueCertificate` and `buildCrl` want it.
 * Its key identifier is taken by method 1 of RFC 5280 §4.2.1.2, as this room writes it.
 * @throws PkiError `certificate_unreadable`
 */
export function readIssuer(der: Uint8Array): Issuer & { publicKey: KeyObject } {
  const { subject, publicKey, notBefore, notAfter } = readCertificate(der);
  return { name: subject, keyIdentifier: keyIdentifier(publicKey), publicKey, notBefore, notAfter };
}

/** Node gives a line an RDN, escaped as RFC 2253 wants it, in the order of the encoding. */
function readName(lines: string): Name {
  return lines
    .split("\n")
    .flatMap((line) => parseName(line))
    .reverse();
}
