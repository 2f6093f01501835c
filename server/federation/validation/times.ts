/** Moments in an assertion (SAML 2.0 Core §1.3.3), with three minutes of patience for clocks that differ. */
import { LoginRefusal } from "../refusal.ts";

export const skew = 180_000;

const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * What is issued answers a request of ours, and those wait for fifteen minutes: whatever is older was written for another.
 * Who asks for it needs it at once, so the proof that it is them may hold for two hours and no longer (Entra ID writes
 * one); what the provider says of its own statement may hold for a day (AD FS writes how long its sessions last).
 */
export const bounds = { issued: 15 * 60_000, confirmation: 2 * 3600_000, conditions: 24 * 3600_000 } as const;

/** The moment, or a refusal: a time that cannot be read must not count as none. */
export function readTime(value: string | null, name: string): Date {
  const time = new Date(value !== null && form.test(value) ? value : Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw new LoginRefusal("time_malformed", { expected: name, actual: value ?? "missing" });
  return time;
}

export function readOptionalTime(value: string | null, name: string): Date | null {
  return value === null ? null : readTime(value, name);
}

export function requireBefore(end: Date, now: Date, name: string) {
  if (now.getTime() >= end.getTime() + skew)
    throw new LoginRefusal("expired", {
      expected: `${name} after ${now.toISOString()}`,
      actual: end.toISOString(),
    });
}

export function requireSince(start: Date | null, now: Date, name: string) {
  if (start && now.getTime() < start.getTime() - skew)
    throw new LoginRefusal("not_yet_valid", {
      expected: `${name} until ${now.toISOString()}`,
      actual: start.toISOString(),
    });
}

/** IssueInstant: not to come, and not long ago. */
export function requireFresh(value: string | null, now: Date, name: string) {
  const issued = readTime(value, name);
  requireSince(issued, now, name);
  requireBefore(new Date(issued.getTime() + bounds.issued), now, name);
}

export function requireWithin(end: Date, now: Date, most: number, name: string) {
  if (end.getTime() > now.getTime() + most + skew)
    throw new LoginRefusal("valid_too_long", {
      expected: `${name} until ${new Date(now.getTime() + most).toISOString()}`,
      actual: end.toISOString(),
    });
}
