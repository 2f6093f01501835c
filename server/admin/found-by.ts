/** What a text typed into the search box may be: pure, decided by its shape. The words are those of `portal_words` (prisma/migrations). */

/** Whoever fits one of them is found. */
export type Way =
  | { by: "number"; number: number }
  /** Lower-case hexadecimal, in each of the lengths in which it may be kept. */
  | { by: "serial"; serials: readonly string[] }
  /** A tsquery of words. */
  | { by: "words"; query: string }
  /** A part of a distinguished name, folded, and the tsquery of its words. */
  | { by: "dn"; part: string; query: string | null };

const int4 = 2 ** 31;
/** RFC 5280 §4.1.2.2: 20 octets. */
const longestSerial = 40;

/** No way where nothing was typed. */
export function waysOf(typed: string): Way[] {
  const text = folded(typed).trim().replaceAll(/\s+/g, " ");
  if (text === "") return [];
  if (/(^|[ ,+])[a-z0-9.]+ ?=/.test(text)) return [dnWay(text)];
  const serials = serialsOf(text);
  const bySerial: Way[] = serials.length > 0 ? [{ by: "serial", serials }] : [];
  if (/^\d{1,5}$/.test(text)) return [{ by: "number", number: Number(text) }, ...bySerial];
  const query = queryOf(text.split(" ").flatMap(wordsOf));
  const byNumber: Way[] =
    /^\d{6,10}$/.test(text) && Number(text) < int4 ? [{ by: "number", number: Number(text) }] : [];
  return [...byNumber, ...bySerial, ...(query ? [{ by: "words" as const, query }] : [])];
}

/** As `portal_folded` does it: compatibility forms, and ASCII letters small. */
function folded(text: string): string {
  return text.normalize("NFKC").replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Hexadecimal with or without colons, spaces or 0x; what has digits only may be either. */
function serialsOf(text: string): string[] {
  const hex = text.replace(/^0x/, "").replaceAll(/[: ]/g, "");
  const read: string[] = [];
  if (/^\d+$/.test(text) && text.length <= 49) read.push(BigInt(text).toString(16));
  // A short word of the letters a to f is a word.
  if (/^[0-9a-f]+$/.test(hex) && hex.length <= longestSerial && (/\d/.test(hex) || hex.length >= 16))
    read.push(hex.replace(/^0+(?=.)/, ""));
  const widths = (bare: string) => [
    bare,
    bare.padStart(bare.length + (bare.length % 2), "0"),
    bare.padStart(32, "0"),
  ];
  return [...new Set(read.flatMap(widths))];
}

/** Punctuation, as `portal_words` cuts at it. */
const separators = /[!-/:-@[-`{-~、。・ ]+/;

/** An address, its local part and its domain are words as a whole. */
function wordsOf(piece: string): string[] {
  if (/^[!-~]+@[!-~]*$|^@?[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(piece)) return [piece.replace(/^@/, "")];
  return piece.split(separators).filter((word) => word !== "");
}

/** Every word has to be there, by its beginning; one or two ASCII letters or digits are a word of their own, for they begin too many. */
function queryOf(words: readonly string[]): string | null {
  const terms = words.map((word) => {
    const quoted = `'${word.replaceAll(/['\\]/g, "$&$&")}'`;
    return /^[!-~]{1,2}$/.test(word) ? quoted : `${quoted}:*`;
  });
  return terms.length > 0 ? terms.join(" & ") : null;
}

function dnWay(text: string): Way {
  const part = text.replaceAll(/ ?([,+=]) ?/g, "$1");
  const values = part.replaceAll(/(^|[,+])[a-z0-9.]+=/g, " ");
  const words = values.split(separators).filter((word) => word !== "");
  return { by: "dn", part, query: queryOf(words) };
}
