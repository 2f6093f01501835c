/** Days of Japan's calendar as search forms send them. */

const day = 24 * 60 * 60 * 1000;

/** From the first day's beginning to the last one's end; what is no day is none. */
export function span(from: string, to: string): { from?: Date; to?: Date } {
  const [first, last] = [from, to].map((text) => new Date(`${text}T00:00:00+09:00`));
  return {
    ...(isDay(first) && { from: first }),
    ...(isDay(last) && { to: new Date(last.getTime() + day) }),
  };
}

function isDay(date: Date | undefined): date is Date {
  return date !== undefined && !Number.isNaN(date.getTime());
}

/** A value of the address, where it is one. */
export function textOf(value: string | string[] | undefined): string {
  return typeof value === "string" ? value.slice(0, 200) : "";
}

/** What is set of a search, as the address of the same page has it. */
export function addressOf(path: string, wish: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(wish).filter(([, value]) => value !== ""));
  return query.size > 0 ? `${path}?${query}` : path;
}
