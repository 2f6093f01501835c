/** Dates in certificates and lists: whole seconds, UTC. */
import type { Der } from "./der.ts";
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

const START = Date.UTC(1950, 0);
const END = Date.UTC(10_000, 0);
/** Where UTCTime ends and GeneralizedTime begins. */
const MIDDLE = Date.UTC(2050, 0);

/** How many octets `writeTime` will write. */
export function timeSize(date: Date): number {
  return checkedTime(date) < MIDDLE ? 15 : 17;
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
  write(target, 0, checkedTime(date), false);
  return target;
}

/** Writes Time at `offset` and returns the offset behind it. */
export function writeTime(target: Uint8Array, offset: number, date: Date): number {
  const time = checkedTime(date);
  return write(target, offset, time, time < MIDDLE);
}

const DAY = 86_400;

/** What is written together is mostly of one day, and a calendar is slow: YYYYMMDD of the day that was written last. */
const lastDate = new Uint8Array(8);
let lastDay = Number.NaN;

function write(target: Uint8Array, offset: number, time: number, short: boolean): number {
  const seconds = Math.floor(time / 1000);
  const day = Math.floor(seconds / DAY);
  if (day !== lastDay) {
    rememberDate(new Date(time));
    lastDay = day;
  }
  target[offset] = short ? UTC_TIME : GENERALIZED_TIME;
  target[offset + 1] = short ? 13 : 15;
  let at = offset + 2;
  for (let i = short ? 2 : 0; i < 8; i++) target[at++] = lastDate[i] as number;
  const ofDay = seconds - day * DAY;
  at = writeTwoDigits(target, at, Math.floor(ofDay / 3600));
  at = writeTwoDigits(target, at, Math.floor(ofDay / 60) % 60);
  at = writeTwoDigits(target, at, ofDay % 60);
  target[at] = 0x5a;
  return at + 1;
}

function rememberDate(date: Date): void {
  const year = date.getUTCFullYear();
  writeTwoDigits(lastDate, 0, Math.floor(year / 100));
  writeTwoDigits(lastDate, 2, year % 100);
  writeTwoDigits(lastDate, 4, date.getUTCMonth() + 1);
  writeTwoDigits(lastDate, 6, date.getUTCDate());
}

function checkedTime(date: Date): number {
  const time = date.getTime();
  if (!(time >= START && time < END)) {
    throw new PkiError("time_malformed", "A date in a certificate lies between 1950 and 9999.");
  }
  return time;
}

function writeTwoDigits(target: Uint8Array, offset: number, value: number): number {
  const tens = Math.floor(value / 10);
  target[offset] = 0x30 + tens;
  target[offset + 1] = 0x30 + value - 10 * tens;
  return offset + 2;
}
