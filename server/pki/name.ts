/** Distinguished names: as text (RFC 4514), as a list, and as they stand in a certificate (RFC 5280 §4.1.2.4). */
import { type Der, joined, oid, utf8 } from "./der.ts";
import { DerWriter } from "./der-writer.ts";
import { PkiError } from "./errors.ts";

export type Rdn = { type: "CN" | "OU" | "O" | "L" | "ST" | "C"; value: string };

/** In the order of RFC 4514: the common name first, the country last. */
export type Name = readonly Rdn[];

/** Object identifiers and upper bounds in characters (RFC 5280 appendix A.1). */
const attributes: Record<Rdn["type"], { oid: Der; upperBound: number }> = {
  CN: attribute("2.5.4.3", 64),
  OU: attribute("2.5.4.11", 64),
  O: attribute("2.5.4.10", 64),
  L: attribute("2.5.4.7", 128),
  ST: attribute("2.5.4.8", 128),
  C: attribute("2.5.4.6", 2),
};

function attribute(dotted: string, upperBound: number) {
  return { oid: oid(dotted), upperBound };
}

/** Controls, line and paragraph separators, and marks that turn the writing direction, so that a name could read as another. */
const unprintable = /[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * Reads the text form (RFC 4514 §3), with the attribute types listed in `Rdn`, one attribute an RDN. Spaces before a type are passed over.
 * @throws PkiError `name_malformed`
 */
export function parseName(text: string): Name {
  const name: Rdn[] = [];
  let rest = text;
  for (;;) {
    const [head, keyword = ""] = /^ *([A-Za-z]+)=/.exec(rest) ?? [];
    const type = keyword.toUpperCase();
    if (head === undefined || !isType(type)) throw malformed(text);
    // A value: escaped pairs, or anything but what must be escaped.
    const [written = ""] =
      /^(\\([0-9A-Fa-f]{2}|[ "#+,;<=>\\])|[^\0"+,;<>\\])*/.exec(rest.slice(head.length)) ?? [];
    name.push({ type, value: unescapeValue(written, text) });
    rest = rest.slice(head.length + written.length);
    if (rest === "") return name;
    if (!rest.startsWith(",")) throw malformed(text);
    rest = rest.slice(1);
  }
}

function unescapeValue(written: string, text: string): string {
  if (/^[ #]/.test(written) || /(^|[^\\])(\\\\)* $/.test(written)) throw malformed(text);
  // Most have nothing escaped.
  if (!written.includes("\\") && written.isWellFormed()) return written;
  const octets: Uint8Array[] = [];
  for (const [part, hex, special] of written.matchAll(/\\([0-9A-Fa-f]{2})|\\(.)|[^\\]+/gsu)) {
    octets.push(hex === undefined ? utf8(special ?? part) : Uint8Array.of(Number.parseInt(hex, 16)));
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(joined(...octets));
  } catch (cause) {
    throw malformed(text, cause);
  }
}

function isType(text: string): text is Rdn["type"] {
  return Object.hasOwn(attributes, text);
}

function malformed(text: string, cause?: unknown): PkiError {
  return new PkiError("name_malformed", `Not a distinguished name: ${text}`, cause);
}

/** The text form (RFC 4514 §2); `parseName` gives the same name back. */
export function formatName(name: Name): string {
  return name.map(({ type, value }) => `${type}=${escapeValue(value)}`).join(",");
}

function escapeValue(value: string): string {
  return value
    .replace(/[,+"\\<>;]/g, "\\$&")
    .replaceAll("\0", "\\00")
    .replace(/^[ #]/, "\\$&")
    .replace(/(?<!^\\) $/, "\\ ");
}

/** The RDNs of a text form as people read them, `OU=No 11`, nothing escaped. */
export function displayRdns(text: string): string[] {
  return parseName(text).map(({ type, value }) => `${type}=${value}`);
}

/**
 * Name (RFC 5280 §4.1.2.4): the country first, UTF8String, PrintableString for the country.
 * @throws PkiError `name_empty`, `name_too_long`, `name_characters`
 */
export function encodeName(name: Name): Der {
  const writer = new DerWriter(new Uint8Array(nameBound(name)));
  writeName(writer, name);
  return writer.written();
}

/** How many octets `writeName` will write at most. */
export function nameBound(name: Name): number {
  let bound = 6;
  for (const { value } of name) bound += 32 + 3 * Math.min(value.length, LONGEST_VALUE);
  return bound;
}

/** Writes Name. @throws as `encodeName` */
export function writeName(writer: DerWriter, name: Name): void {
  if (name.length === 0) throw new PkiError("name_empty", "A name has at least one part.");
  const end = writer.at;
  for (const rdn of name) writeRdn(writer, rdn);
  writer.header(0x30, end);
}

/** Above any upper bound, a character being two units of UTF-16 at most. */
const LONGEST_VALUE = 2 * 128;
const printable = /^[ -~]*$/;

function writeRdn(writer: DerWriter, { type, value }: Rdn): void {
  const { oid, upperBound } = attributes[type];
  if (value === "") throw new PkiError("name_empty", `${type} is empty.`);
  const plain = type === "C" ? /^[A-Z]*$/.test(value) : printable.test(value);
  if (!plain && (type === "C" || !value.isWellFormed() || unprintable.test(value))) {
    throw new PkiError("name_characters", `${type} holds characters that a name may not.`);
  }
  const end = writer.at;
  if (value.length > LONGEST_VALUE || writer.utf8(value) > upperBound) {
    throw new PkiError("name_too_long", `${type} is longer than ${upperBound} characters.`);
  }
  if (type === "C" && value.length < 2) {
    throw new PkiError("name_characters", "C is a country's code of two letters.");
  }
  writer.header(type === "C" ? PRINTABLE_STRING : UTF8_STRING, end);
  writer.write(oid);
  writer.header(0x30, end);
  // A SET of one is in order.
  writer.header(0x31, end);
}

const UTF8_STRING = 0x0c;
const PRINTABLE_STRING = 0x13;
