/** The Distinguished Encoding Rules (X.690 §8, §10), writing only: every function returns one complete element. For servers and browsers. */
import { PkiError } from "./errors.ts";

export type Der = Uint8Array;

const SEQUENCE = 0x30;
const SET = 0x31;

/** How many octets tag and length take before a content of `length` octets (X.690 §10.1: the shortest form). */
export function headerSize(length: number): number {
  if (length < 0x80) return 2;
  if (length < 0x100) return 3;
  if (length < 0x10000) return 4;
  return length < 0x1000000 ? 5 : 6;
}

/** Writes tag and length at `offset` and returns where the content begins. */
export function writeHeader(target: Uint8Array, offset: number, tag: number, length: number): number {
  const size = headerSize(length);
  target[offset] = tag;
  if (size === 2) {
    target[offset + 1] = length;
  } else {
    target[offset + 1] = 0x80 | (size - 2);
    for (let at = offset + size - 1, rest = length; at > offset + 1; at--, rest = Math.floor(rest / 256)) {
      target[at] = rest & 0xff;
    }
  }
  return offset + size;
}

/** Writes tag and length of what lies from `start` to `end` in front of it, and returns where they begin. */
export function prependHeader(target: Uint8Array, tag: number, start: number, end: number): number {
  const offset = start - headerSize(end - start);
  writeHeader(target, offset, tag, end - start);
  return offset;
}

/** An element of any tag around its parts, in one allocation. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Der {
  let length = 0;
  for (const part of parts) length += part.length;
  const target = new Uint8Array(headerSize(length) + length);
  let offset = writeHeader(target, 0, tag, length);
  for (const part of parts) {
    target.set(part, offset);
    offset += part.length;
  }
  return target;
}

export function sequence(...parts: readonly Uint8Array[]): Der {
  return element(SEQUENCE, ...parts);
}

/** SET OF: its members in ascending order of their encodings (X.690 §11.6). */
export function setOf(...members: readonly Uint8Array[]): Der {
  return element(SET, ...members.toSorted(compare));
}

/** Octet by octet, the shorter first where one begins the other. */
function compare(one: Uint8Array, other: Uint8Array): number {
  const at = one.findIndex((octet, i) => octet !== other[i]);
  return at < 0 ? one.length - other.length : (one[at] ?? 0) - (other[at] ?? -1);
}

/** `[number]` around whole elements: explicit tagging, or an implicitly tagged SEQUENCE or SET. */
export function contextConstructed(number: number, ...parts: readonly Uint8Array[]): Der {
  return element(0xa0 | number, ...parts);
}

/** `[number] IMPLICIT` of a primitive type, given its content. */
export function contextPrimitive(number: number, content: Uint8Array): Der {
  return element(0x80 | number, content);
}

export function boolean(value: boolean): Der {
  return Uint8Array.of(0x01, 0x01, value ? 0xff : 0x00);
}

/** A whole number from 0 upwards, in as few octets as its sign bit allows (X.690 §8.3.2). */
export function integer(value: number | bigint): Der {
  if (value < 0 || (typeof value === "number" && !Number.isSafeInteger(value))) {
    throw new PkiError("number_malformed", "Not a whole number from 0 upwards.");
  }
  const octets: number[] = [];
  for (let rest = BigInt(value); rest > 0n; rest >>= 8n) octets.unshift(Number(rest & 0xffn));
  return unsigned(Uint8Array.from(octets));
}

/** An INTEGER from the big-endian octets of a number that is not negative. */
export function unsigned(octets: Uint8Array): Der {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start++;
  const magnitude = octets.subarray(start);
  if (magnitude.length === 0) return Uint8Array.of(0x02, 0x01, 0x00);
  return (magnitude[0] ?? 0) & 0x80 ? element(0x02, Uint8Array.of(0), magnitude) : element(0x02, magnitude);
}

export function enumerated(value: number): Der {
  return Uint8Array.of(0x0a, 0x01, value);
}

/** A BIT STRING of whole octets. */
export function bitString(octets: Uint8Array): Der {
  return element(0x03, Uint8Array.of(0), octets);
}

/** A named bit list: the bits with these numbers, trailing zero bits removed (X.690 §11.2.2). */
export function namedBits(...bits: readonly number[]): Der {
  const highest = Math.max(-1, ...bits);
  const octets = new Uint8Array(Math.ceil((highest + 1) / 8));
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  const unused = octets.length === 0 ? 0 : 7 - (highest & 7);
  return element(0x03, Uint8Array.of(unused), octets);
}

export function octetString(octets: Uint8Array): Der {
  return element(0x04, octets);
}

export const nullValue: Der = Uint8Array.of(0x05, 0x00);

/** An OBJECT IDENTIFIER from its dotted form; arcs may be of any size (X.690 §8.19). */
export function oid(dotted: string): Der {
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(dotted)) throw malformedOid(dotted);
  const [first = 0n, second = 0n, ...others] = dotted.split(".").map(BigInt);
  if (first < 2n && second > 39n) throw malformedOid(dotted);
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...others]) {
    const groups = [Number(arc & 0x7fn)];
    for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) groups.unshift(Number(rest & 0x7fn) | 0x80);
    octets.push(...groups);
  }
  return element(0x06, Uint8Array.from(octets));
}

function malformedOid(text: string): PkiError {
  return new PkiError("oid_malformed", `Not an object identifier: ${text}`);
}

export function utf8String(text: string): Der {
  return element(0x0c, utf8(text));
}

/** Two octets a character; the caller sees to the first plane (X.680 §41.15). */
export function bmpString(text: string): Der {
  return element(0x1e, utf16(text));
}

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** UTF-16, the high octet first. */
export function utf16(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    octets[2 * i] = text.charCodeAt(i) >> 8;
    octets[2 * i + 1] = text.charCodeAt(i) & 0xff;
  }
  return octets;
}

/** One after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const target = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    target.set(part, offset);
    offset += part.length;
  }
  return target;
}
