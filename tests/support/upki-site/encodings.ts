/** The encodings of the service: EUC-JP pages, Shift_JIS (cp932) files, iso-2022-jp mails. */
import iconv from "iconv-lite";

export const toEucJp = (text: string): Buffer => iconv.encode(text, "EUC-JP");
export const toCp932 = (text: string): Buffer => iconv.encode(text, "cp932");

/** Null where the octets are no Shift_JIS. */
export function fromCp932(octets: Uint8Array): string | null {
  const text = iconv.decode(Buffer.from(octets), "cp932");
  return text.includes("\uFFFD") ? null : text;
}

/**
 * RFC 1468: ASCII, and JIS X 0208 between its escape sequences; the text ends in ASCII. EUC-JP holds the same characters with the
 * high bits set. What iso-2022-jp has no place for, such as half-width katakana, is a question mark.
 */
export function toIso2022Jp(text: string): Buffer {
  const octets: number[] = [];
  let isWide = false;
  const shift = (wide: boolean) => {
    if (wide !== isWide) octets.push(0x1b, ...(wide ? [0x24, 0x42] : [0x28, 0x42]));
    isWide = wide;
  };
  const euc = toEucJp(text);
  for (let at = 0; at < euc.length; ) {
    const [first = 0, second = 0] = [euc[at], euc[at + 1]];
    const length = first < 0x80 ? 1 : first === 0x8f ? 3 : 2;
    const isHeld = first < 0x80 || first > 0xa0;
    shift(isHeld && length === 2);
    if (!isHeld) octets.push(0x3f);
    else if (length === 1) octets.push(first);
    else octets.push(first & 0x7f, second & 0x7f);
    at += length;
  }
  shift(false);
  return Buffer.from(octets);
}

/** RFC 2045 §6.7, of text whose lines end in CRLF. */
export function quotedPrintable(octets: Uint8Array): string {
  const lines = Buffer.from(octets).toString("latin1").split("\r\n");
  return lines.map(quotedLine).join("\r\n");
}

function quotedLine(line: string): string {
  let written = "";
  let column = 0;
  for (const [at, character] of [...line].entries()) {
    const isLast = at === line.length - 1;
    const isPlain = /[!-<>-~]/.test(character) || (/[ \t]/.test(character) && !isLast);
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
    const piece = isPlain ? character : `=${code}`;
    if (column + piece.length > 75) {
      written += "=\r\n";
      column = 0;
    }
    written += piece;
    column += piece.length;
  }
  return written;
}

/** RFC 2047 words, each complete in itself, folded one a line; the first has room for the header's name. */
export function headerWords(text: string): string {
  const words: string[] = [];
  let piece = "";
  const word = (inside: string) => `=?ISO-2022-JP?B?${toIso2022Jp(inside).toString("base64")}?=`;
  for (const character of text) {
    if (word(piece + character).length > 66) {
      words.push(word(piece));
      piece = "";
    }
    piece += character;
  }
  words.push(word(piece));
  return words.join("\r\n ");
}
