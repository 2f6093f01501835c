/** Moments as the SDK writes them: `1d2h3m4s`, an ISO 8601 instant, or the seconds of a `retry-after` header. */

/** From now in milliseconds, or an instant. "Now" is the database's, for several processes share the work. */
export type Due = { after: number } | { at: string };

const units: Record<string, number> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** Of a sleep or a wait; the empty string is what the SDK makes of no time at all. */
export function due(text: string): Due {
  if (/^(\d+[wdhms])*$/.test(text)) {
    let after = 0;
    for (const [, count, unit] of text.matchAll(/(\d+)([wdhms])/g))
      after += Number(count) * (units[unit as string] ?? 0);
    return { after };
  }
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new Error(`"${text}" is neither a duration nor an instant`);
  return { at: at.toISOString() };
}

/** Of a `retry-after` header; null when there is none. */
export function retryAfter(header: string | null): Due | null {
  if (!header) return null;
  return /^\d+$/.test(header) ? { after: Number(header) * 1000 } : due(header);
}
