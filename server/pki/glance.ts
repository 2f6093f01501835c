/** What a certificate is to be recognised by: a few fields, without judging the rest. For servers and browsers. */
import { DerReader } from "./der-reader.ts";

export type Glance = {
  /** Lower-case hexadecimal, two digits an octet. */
  serial: string;
  /** The last CN of the subject; null without one. */
  commonName: string | null;
  notBefore: Date;
  notAfter: Date;
  /** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), in DER. */
  spki: Uint8Array;
};

/**
 * @param certificate in DER
 * @throws PkiError `der_malformed`, `der_too_large`, `der_too_deep`
 */
export function glanceAt(certificate: Uint8Array): Glance {
  const tbs = DerReader.of(certificate).sequence().sequence();
  tbs.optional(0xa0);
  const serial = hex(tbs.unsigned());
  // The signature's algorithm and the issuer's name.
  tbs.element();
  tbs.element();
  const validity = tbs.sequence();
  const [notBefore, notAfter] = [validity.time(), validity.time()];
  const commonName = commonNameOf(tbs.sequence());
  return { serial, commonName, notBefore, notAfter, spki: tbs.element() };
}

function commonNameOf(name: DerReader): string | null {
  let found: string | null = null;
  while (!name.atEnd) {
    const rdn = name.set();
    while (!rdn.atEnd) {
      const attribute = rdn.sequence();
      if (attribute.oid() === "2.5.4.3") found = textOf(attribute) ?? found;
    }
  }
  return found;
}

/** The encodings of the string types that names are made of (RFC 5280 §4.1.2.4); T.61 is read as what its writers meant by it. */
const encodings: Readonly<Record<number, string>> = {
  12: "utf-8",
  19: "utf-8",
  20: "latin1",
  22: "utf-8",
  30: "utf-16be",
};

function textOf(attribute: DerReader): string | null {
  const encoding = encodings[attribute.next];
  return encoding ? new TextDecoder(encoding).decode(attribute.primitive(attribute.next)) : null;
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
