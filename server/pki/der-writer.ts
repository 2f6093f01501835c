/**
 * DER written from its end to its front, into octets that are there: what an element holds is written before its header, so that its length is
 * known, nothing is measured beforehand and nothing is copied. For what is written by the thousands. For servers and browsers.
 */
import { headerSize, writeHeader } from "./der.ts";

export class DerWriter {
  readonly octets: Uint8Array;
  /** Where the last thing that was written begins; what comes next ends there. */
  at: number;

  /** Writes before `end`, the end of the octets. */
  constructor(octets: Uint8Array, end = octets.length) {
    this.octets = octets;
    this.at = end;
  }

  /** Whole elements, or what an element holds. */
  write(octets: Uint8Array): void {
    this.at -= octets.length;
    if (this.at < 0) throw new RangeError("The octets do not suffice.");
    this.octets.set(octets, this.at);
  }

  /** Tag and length, around all that was written since the cursor stood at `end`. */
  header(tag: number, end: number): void {
    const length = end - this.at;
    this.at -= headerSize(length);
    if (this.at < 0) throw new RangeError("The octets do not suffice.");
    writeHeader(this.octets, this.at, tag, length);
  }

  /** A well-formed text in UTF-8. @returns its characters' number */
  utf8(text: string): number {
    const { octets } = this;
    let at = this.at;
    let characters = 0;
    for (let i = text.length - 1; i >= 0; i--, characters++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) {
        octets[--at] = unit;
        continue;
      }
      // A low surrogate follows a high one, and stands for a character with it.
      const isPair = unit >= 0xdc00 && unit < 0xe000;
      const point = isPair ? (text.codePointAt(--i) as number) : unit;
      octets[--at] = 0x80 | (point & 0x3f);
      if (point >= 0x800) octets[--at] = 0x80 | ((point >> 6) & 0x3f);
      if (point >= 0x10000) octets[--at] = 0x80 | ((point >> 12) & 0x3f);
      octets[--at] =
        point < 0x800 ? 0xc0 | (point >> 6) : point < 0x10000 ? 0xe0 | (point >> 12) : 0xf0 | (point >> 18);
    }
    if (at < 0) throw new RangeError("The octets do not suffice.");
    this.at = at;
    return characters;
  }

  /** What was written, until `end`. */
  written(end = this.octets.length): Uint8Array {
    return this.octets.subarray(this.at, end);
  }
}
