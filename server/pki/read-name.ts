/** A name as it stands in somebody else's request (RFC 5280 §4.1.2.4), with the attribute types that this room writes. */
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";
import type { Name, Rdn } from "./name.ts";

const types: Record<string, Rdn["type"]> = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
};

/**
 * In the order of RFC 4514: the last of the encoding first.
 * @throws PkiError `name_malformed` for another attribute type, another string type than UTF8String and PrintableString, or two attributes an RDN; `der_malformed`
 */
export function readName(der: Uint8Array): Name {
  const rdns = DerReader.of(der, { size: 4096 }).sequence();
  const name: Rdn[] = [];
  while (!rdns.atEnd) {
    const rdn = rdns.set();
    const attribute = rdn.sequence();
    rdn.end();
    const type = types[attribute.oid()];
    if (!type) throw new PkiError("name_malformed", "A name with an attribute that is not known here.");
    const value =
      attribute.next === 0x13
        ? Buffer.from(attribute.primitive(0x13)).toString("latin1")
        : attribute.utf8String();
    attribute.end();
    name.unshift({ type, value });
  }
  return name;
}
