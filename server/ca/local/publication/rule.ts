/**
 * When a revocation list is made anew: the one place that decides it.
 *
 * - By the clock, once a day, the complete list and the delta upon it.
 * - After a revocation the delta, at once, whatever the size; it says all that happened since the complete list of a day or two ago, so that
 *   whoever fetches complete lists once a day can use every delta.
 * - After a revocation the complete list too, at once, while it is small. A large one takes seconds to make and longer to fetch: it follows
 *   within a quarter of an hour.
 */

const minute = 60_000;
export const day = 24 * 60 * minute;

/** A list promises its successor for seven days ahead, and has it after one: six days may go wrong unnoticed by readers. */
export const validFor = { full: 7 * day, delta: 2 * day };

/** Octets: a hundred thousand entries, made and stored in a fifth of a second. */
const small = 4 * 1024 * 1024;
const pauseOfLarge = 15 * minute;

export type ListState = {
  /** Octets of the complete list. */
  size: number;
  thisUpdate: Date;
  /** Of the last complete list by the clock. */
  dailyAt: Date;
  deltaThisUpdate: Date | null;
  /** The newest revocation that belongs on it, where there is one that either list lacks. */
  revokedAt: Date | null;
};

export type Due = "both" | "delta" | "full" | null;

export type Occasion = {
  now: Date;
  /** Milliseconds that a list by the clock is good for. */
  freshFor: number;
  /** Whether to make up leeway: large lists that lack a revocation. */
  catchUp: boolean;
  /** Octets up to which a list is small. */
  smallUpTo?: number;
};

export function due(
  { size, thisUpdate, dailyAt, deltaThisUpdate, revokedAt }: ListState,
  { now, freshFor, catchUp, smallUpTo = small }: Occasion,
): Due {
  const byClock = age(dailyAt, now) >= freshFor;
  const lacking = revokedAt !== null && revokedAt > thisUpdate;
  const deltaLacking =
    deltaThisUpdate === null ||
    age(deltaThisUpdate, now) >= freshFor ||
    (revokedAt !== null && revokedAt > deltaThisUpdate);
  if (size <= smallUpTo) return byClock || lacking || deltaLacking ? "both" : null;
  if (deltaLacking) return "delta";
  if (byClock) return "full";
  return catchUp && lacking && age(thisUpdate, now) >= pauseOfLarge ? "full" : null;
}

function age(date: Date, now: Date): number {
  return now.getTime() - date.getTime();
}
