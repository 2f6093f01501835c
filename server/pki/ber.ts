/**
 * The Basic Encoding Rules (X.690 §8), as other programs use them for PKCS #12, turned into what a reader of DER takes: definite lengths in
 * their shortest form and strings in one piece. Values stay as they are. For servers and browsers.
 */
import { type Der, element, joined } from "./der.ts";
import { PkiError } from "./errors.ts";

const LARGEST = 1 << 20;
const DEEPEST = 24;
const MOST_ELEMENTS = 10_000;

const OCTET_STRING = 0x04;
const CONSTRUCTED = 0x20;

/**
 * One element and nothing behind it.
 * @throws PkiError `der_malformed`; `der_too_large` above 1 MiB or 10,000 elements; `der_too_deep`
 */
export function derFromBer(ber: Uint8Array): Der {
  if (ber.length > LARGEST) throw new PkiError("der_too_large", `More than ${LARGEST} octets.`);
  const source: Source = { octets: ber, at: 0, left: MOST_ELEMENTS };
  const der = readElement(source, ber.length, DEEPEST);
  if (source.at < ber.length) throw malformed("There are octets too many.");
  return der;
}

type Source = { octets: Uint8Array; at: number; left: number };

/** The next element, which must end before `end`. */
function readElement(source: Source, end: number, depth: number): Der {
  if (source.left-- <= 0) throw new PkiError("der_too_large", `More than ${MOST_ELEMENTS} elements.`);
  if (depth <= 0) throw new PkiError("der_too_deep", "There are too many elements within each other.");
  const tag = readOctet(source, end);
  if (tag === 0 || (tag & 0x1f) === 0x1f) throw malformed("A tag is none, or has more than one octet.");
  const length = readLength(source, end);
  if (!(tag & CONSTRUCTED)) {
    if (length === null) throw malformed("A value without a length.");
    source.at += length;
    return element(tag, source.octets.subarray(source.at - length, source.at));
  }
  const parts = readParts(source, length === null ? null : source.at + length, end, depth - 1);
  return tag === (OCTET_STRING | CONSTRUCTED)
    ? element(OCTET_STRING, inOnePiece(parts))
    : element(tag, ...parts);
}

/** The elements up to `until`; without it, up to the end-of-contents octets (§8.1.5). */
function readParts(source: Source, until: number | null, end: number, depth: number): Der[] {
  const parts: Der[] = [];
  if (until !== null) {
    while (source.at < until) parts.push(readElement(source, until, depth));
    return parts;
  }
  while (source.octets[source.at] !== 0) parts.push(readElement(source, end, depth));
  source.at++;
  if (readOctet(source, end) !== 0) throw malformed("The end of the contents is cut off.");
  return parts;
}

/** Null for the indefinite form (§8.1.3.6). The shortest form is not asked for. */
function readLength(source: Source, end: number): number | null {
  const first = readOctet(source, end);
  if (first === 0x80) return null;
  let length = first;
  if (first > 0x80) {
    length = 0;
    for (let more = first & 0x7f; more > 0; more--) {
      length = length * 256 + readOctet(source, end);
      if (length > LARGEST) throw malformed("A length is beyond all that is there.");
    }
  }
  if (length > end - source.at) throw malformed("An element ends behind what holds it.");
  return length;
}

function readOctet(source: Source, end: number): number {
  if (source.at >= end) throw malformed("An element is cut off.");
  return source.octets[source.at++] as number;
}

/**
 * The content of an OCTET STRING that was encoded in pieces (§8.7.3).
 * @param pieces OCTET STRINGs in DER
 * @throws PkiError `der_malformed` for pieces that are none
 */
export function inOnePiece(pieces: readonly Der[]): Uint8Array {
  const contents = pieces.map((piece) => {
    if (piece[0] !== OCTET_STRING) throw malformed("A string is in pieces that are none.");
    const lengthSize = (piece[1] ?? 0) < 0x80 ? 0 : (piece[1] ?? 0) & 0x7f;
    return piece.subarray(2 + lengthSize);
  });
  return joined(...contents);
}

function malformed(message: string): PkiError {
  return new PkiError("der_malformed", message);
}
