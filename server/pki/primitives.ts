/** What the content of an OBJECT IDENTIFIER or a time means, for the reader. For servers and browsers. */
import { PkiError } from "./errors.ts";

/** Longer than any that is in use: the arcs below 2.25 are UUIDs of 19 octets. */
const LONGEST_OID = 64;

/**
 * The dotted form (X.690 §8.19).
 * @throws PkiError `der_malformed`
 */
export function oidText(content: Uint8Array): string {
  const last = content.length - 1;
  if (last < 0 || last >= LONGEST_OID || (content[last] as number) >= 0x80) throw malformedOid();
  let text = "";
  let arc: number | bigint = 0;
  let begins = true;
  for (let i = 0; i <= last; i++) {
    const octet = content[i] as number;
    if (begins && octet === 0x80) throw malformedOid();
    const group: number = octet & 0x7f;
    if (typeof arc === "bigint") arc = arc * 128n + BigInt(group);
    else if (arc < 2 ** 45) arc = arc * 128 + group;
    else arc = BigInt(arc) * 128n + BigInt(group);
    begins = octet < 0x80;
    if (!begins) continue;
    text = text === "" ? firstArcs(arc) : `${text}.${arc}`;
    arc = 0;
  }
  return text;
}

function firstArcs(arc: number | bigint): string {
  if (arc < 40) return `0.${arc}`;
  if (arc < 80) return `1.${Number(arc) - 40}`;
  return `2.${typeof arc === "bigint" ? arc - 80n : arc - 80}`;
}

function malformedOid(): PkiError {
  return new PkiError("der_malformed", "An object identifier is not in its shortest form.");
}

/**
 * Time (RFC 5280 §4.1.2.5): `YYMMDDHHMMSSZ`, of 1950 to 2049, or `YYYYMMDDHHMMSSZ`.
 * @throws PkiError `der_malformed`
 */
export function timeOf(content: Uint8Array, isShort: boolean): Date {
  const yearDigits = isShort ? 2 : 4;
  if (content.length !== yearDigits + 11 || content[yearDigits + 10] !== 0x5a) throw malformedTime();
  const digits = (at: number, count: number) => {
    let value = 0;
    for (let i = at; i < at + count; i++) {
      const digit = (content[i] as number) - 0x30;
      if (digit < 0 || digit > 9) throw malformedTime();
      value = value * 10 + digit;
    }
    return value;
  };
  const written = digits(0, yearDigits);
  const year = isShort ? written + (written < 50 ? 2000 : 1900) : written;
  const [month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = [0, 2, 4, 6, 8].map((offset) =>
    digits(yearDigits + offset, 2),
  );
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hours, minutes, seconds);
  // A 31st of February would have become a day in March.
  const isThatDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isThatDay || hours > 23 || minutes > 59 || seconds > 59) throw malformedTime();
  return date;
}

function malformedTime(): PkiError {
  return new PkiError("der_malformed", "A time is not one of whole seconds in UTC.");
}
