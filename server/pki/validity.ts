/** Dates in certificates and lists: whole seconds, UTC. */
import { type Der, headerSize } from "./der.ts";
import { PkiError } from "./errors.ts";

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/**
 * The same time of day so many calendar months later (earlier, when negative), all in UTC. Where that month lacks the day, its last day:
 * 31 January and one month is 28 or 29 February.
 */
export function addCalendarMonths(date: Date, months: number): Date {
  const result = new Date(date);
  result.setUTCDate(1);
  result.setUTCMonth(result.getUTCMonth() + months);
  const daysInMonth = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0)).getUTCDate();
  result.setUTCDate(Math.min(date.getUTCDate(), daysInMonth));
  return result;
}

/** The date without its fraction of a second, which certificates cannot hold (RFC 5280 §4.1.2.5.2). */
export function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

/** How many octets `writeTime` will write. */
export function timeSize(date: Date): number {
  return isUtcTime(yearOf(date)) ? 15 : 17;
}

/** Time (RFC 5280 §4.1.2.5): UTCTime from 1950 until the end of 2049, GeneralizedTime from 2050 on. A fraction of a second is dropped. */
export function encodeTime(date: Date): Der {
  const target = new Uint8Array(timeSize(date));
  writeTime(target, 0, date);
  return target;
}

/** GeneralizedTime for every year, as OCSP has it (RFC 6960 §4.2.2.1). A fraction of a second is dropped. */
export function encodeGeneralizedTime(date: Date): Der {
  const target = new Uint8Array(17);
  write(target, 0, date, yearOf(date), false);
  return target;
}

/** Writes Time at `offset` and returns the offset behind it. */
export function writeTime(target: Uint8Array, offset: number, date: Date): number {
  const year = yearOf(date);
  return write(target, offset, date, year, isUtcTime(year));
}

function write(target: Uint8Array, offset: number, date: Date, year: number, short: boolean): number {
  target[offset] = short ? UTC_TIME : GENERALIZED_TIME;
  target[offset + 1] = short ? 13 : 15;
  let at = offset + headerSize(15);
  if (!short) at = writeTwoDigits(target, at, Math.floor(year / 100));
  at = writeTwoDigits(target, at, year % 100);
  at = writeTwoDigits(target, at, date.getUTCMonth() + 1);
  at = writeTwoDigits(target, at, date.getUTCDate());
  at = writeTwoDigits(target, at, date.getUTCHours());
  at = writeTwoDigits(target, at, date.getUTCMinutes());
  at = writeTwoDigits(target, at, date.getUTCSeconds());
  target[at] = 0x5a;
  return at + 1;
}

function isUtcTime(year: number): boolean {
  return year < 2050;
}

function yearOf(date: Date): number {
  const year = date.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999)) {
    throw new PkiError("time_malformed", "A date in a certificate lies between 1950 and 9999.");
  }
  return year;
}

function writeTwoDigits(target: Uint8Array, offset: number, value: number): number {
  target[offset] = 0x30 + Math.floor(value / 10);
  target[offset + 1] = 0x30 + (value % 10);
  return offset + 2;
}
