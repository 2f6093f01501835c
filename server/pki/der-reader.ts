/**
 * The Distinguished Encoding Rules (X.690 §8, §10), reading what strangers sent: a cursor over the content of one element, which takes the
 * next element or throws. Nothing is copied, nothing is read twice, and nothing but the one encoding that DER allows is taken: definite lengths in
 * their shortest form, shortest integers, tags of one octet. For servers and browsers.
 *
 *     const request = DerReader.of(octets, { size: 4096 }).sequence();
 *     const version = request.number();
 *     const attributes = request.optional(0xa0);
 *     request.end();
 *
 * The order of a SET OF (X.690 §11.6) is left to whoever depends on it.
 */
import { PkiError } from "./errors.ts";
import { oidText, timeOf } from "./primitives.ts";

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export type Limits = {
  /** Octets, at most (1 MiB). */
  size?: number;
  /** Elements within elements, at most (16). */
  depth?: number;
};

/** @throws PkiError `der_malformed` from every method for an element that is not there, is another, or is not in DER; `der_too_deep` */
export class DerReader {
  readonly #octets: Uint8Array;
  /** Where the content ends. */
  readonly #end: number;
  readonly #depth: number;
  #at: number;

  private constructor(octets: Uint8Array, start: number, end: number, depth: number) {
    this.#octets = octets;
    this.#at = start;
    this.#end = end;
    this.#depth = depth;
  }

  /** A cursor before the first element of `octets`. @throws PkiError `der_too_large` */
  static of(octets: Uint8Array, { size = 1 << 20, depth = 16 }: Limits = {}): DerReader {
    if (octets.length > size) throw new PkiError("der_too_large", `More than ${size} octets.`);
    return new DerReader(octets, 0, octets.length, depth);
  }

  /** The tag of the next element; -1 behind the last. */
  get next(): number {
    return this.#at < this.#end ? (this.#octets[this.#at] as number) : -1;
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** Promises that nothing follows. */
  end(): void {
    if (this.#at < this.#end) throw malformed("There are octets too many.");
  }

  sequence(): DerReader {
    return this.constructed(0x30);
  }

  set(): DerReader {
    return this.constructed(0x31);
  }

  /** Into an element with this tag, `0xa0 | n` for `[n]`. */
  constructed(tag: number): DerReader {
    const start = this.#open(tag);
    return new DerReader(this.#octets, start, this.#at, this.#deeper());
  }

  /** The same, or null where another element, or none, comes next. */
  optional(tag: number): DerReader | null {
    return this.next === tag ? this.constructed(tag) : null;
  }

  /** The content of an element with this tag, `0x80 | n` for an implicitly tagged `[n]`. */
  primitive(tag: number): Uint8Array {
    const start = this.#open(tag);
    return this.#octets.subarray(start, this.#at);
  }

  /** The same, or null where another element, or none, comes next. */
  optionalPrimitive(tag: number): Uint8Array | null {
    return this.next === tag ? this.primitive(tag) : null;
  }

  /** The next element of any kind, whole. What is in it is not looked at. */
  element(): Uint8Array {
    const from = this.#at;
    this.#open(this.next);
    return this.#octets.subarray(from, this.#at);
  }

  /** The next element of any kind, whole, having looked that everything in it is in DER, too. */
  wellFormed(): Uint8Array {
    const from = this.#at;
    const tag = this.next;
    // Of the universal types only SEQUENCE and SET are constructed, and they always are (X.690 §10.2); 0 is none.
    if (tag < 0x40 && (tag & 0x20) !== ((tag & 0x1e) === 0x10 ? 0x20 : 0))
      throw malformed(`Tag ${tag} is not of DER.`);
    if (tag === 0) throw malformed("Tag 0 is not of DER.");
    if (tag & 0x20) {
      const within = this.constructed(tag);
      while (!within.atEnd) within.wellFormed();
    } else if (tag === 0x01) this.boolean();
    else if (tag === 0x02) this.integer();
    else if (tag === 0x05) this.null();
    else if (tag === 0x06) this.oid();
    else this.#open(tag);
    return this.#octets.subarray(from, this.#at);
  }

  /** What is left of the content, as it is. */
  rest(): Uint8Array {
    const from = this.#at;
    this.#at = this.#end;
    return this.#octets.subarray(from, this.#end);
  }

  boolean(): boolean {
    const content = this.primitive(0x01);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) {
      throw malformed("A BOOLEAN is neither true nor false.");
    }
    return content[0] === 0xff;
  }

  /** The octets of an INTEGER, two's complement, big-endian. */
  integer(): Uint8Array {
    return this.#shortest(0x02);
  }

  /** The octets of an INTEGER that is not negative, without the zero that only says so. */
  unsigned(): Uint8Array {
    const content = this.integer();
    if ((content[0] as number) >= 0x80) throw malformed("A number is negative.");
    return content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
  }

  /** An INTEGER from 0 to 2³¹-1. */
  number(): number {
    return small(this.integer());
  }

  enumerated(): number {
    return small(this.#shortest(0x0a));
  }

  null(): void {
    if (this.#open(0x05) !== this.#at) throw malformed("A NULL is not empty.");
  }

  /** An OBJECT IDENTIFIER in its dotted form. */
  oid(): string {
    return oidText(this.primitive(0x06));
  }

  octetString(): Uint8Array {
    return this.primitive(0x04);
  }

  /** A BIT STRING of whole octets. */
  bitString(): Uint8Array {
    const content = this.primitive(0x03);
    if (content[0] !== 0) throw malformed("A BIT STRING is not of whole octets.");
    return content.subarray(1);
  }

  utf8String(): string {
    return utf8Text(this.primitive(0x0c));
  }

  /** Time (RFC 5280 §4.1.2.5): UTCTime or GeneralizedTime, to the second, in UTC. */
  time(): Date {
    const tag = this.next === 0x18 ? 0x18 : 0x17;
    return timeOf(this.primitive(tag), tag === 0x17);
  }

  #shortest(tag: number): Uint8Array {
    const content = this.primitive(tag);
    const first = content[0];
    if (first === undefined) throw malformed("A number is empty.");
    if (content.length > 1) {
      const second = content[1] as number;
      if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) {
        throw malformed("A number has a superfluous octet.");
      }
    }
    return content;
  }

  /** Passes over the next element and says where its content, which ends at the cursor, begins. */
  #open(tag: number): number {
    const octets = this.#octets;
    const at = this.#at;
    // Two octets at least.
    if (this.#end - at < 2) throw malformed("An element is missing.");
    if (octets[at] !== tag) throw malformed(`Tag ${octets[at]} is where ${tag} is wanted.`);
    if ((tag & 0x1f) === 0x1f) throw malformed("A tag has more than one octet.");
    let length = octets[at + 1] as number;
    let start = at + 2;
    if (length >= 0x80) {
      const size = length & 0x7f;
      // Also the indefinite form, of size 0.
      if (size === 0 || size > 4 || size > this.#end - start) throw malformed("A length is not in DER.");
      length = 0;
      for (const last = start + size; start < last; start++) {
        length = length * 256 + (octets[start] as number);
      }
      if (length < 0x80 || length < 256 ** (size - 1))
        throw malformed("A length is not in its shortest form.");
    }
    if (length > this.#end - start) throw malformed("An element ends behind what holds it.");
    this.#at = start + length;
    return start;
  }

  #deeper(): number {
    if (this.#depth <= 0)
      throw new PkiError("der_too_deep", "There are too many elements within each other.");
    return this.#depth - 1;
  }
}

function small(content: Uint8Array): number {
  if (content.length > 4 || (content[0] as number) >= 0x80)
    throw malformed("A number is negative or too large.");
  let value = 0;
  for (const octet of content) value = value * 256 + octet;
  return value;
}

function utf8Text(content: Uint8Array): string {
  try {
    return utf8Decoder.decode(content);
  } catch (cause) {
    throw malformed("A UTF8String is not in UTF-8.", cause);
  }
}

function malformed(message: string, cause?: unknown): PkiError {
  return new PkiError("der_malformed", message, cause);
}
