/** Moments and spans of metadata (XML Schema dateTime and duration). */

const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The moment, or null: of a text that is no time, and of none. Without a zone it is UTC (SAML 2.0 Core §1.3.3). No metadata are of a time
 * before 1970; the database's calendar has no year 0, with which one institution would keep out all others.
 */
export function timeOf(value: string | null): Date | null {
  const [whole, , zone] = dateTime.exec(value?.trim() ?? "") ?? [];
  if (!whole) return null;
  const time = new Date(zone ? whole : `${whole}Z`);
  return time.getTime() >= 0 ? time : null;
}

const duration = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/;

/** Milliseconds of a duration in days and less, as `cacheDuration` states it; null of anything else. */
export function spanOf(value: string | null): number | null {
  const found = duration.exec(value ?? "");
  if (!found) return null;
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}
