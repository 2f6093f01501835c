/**
 * Who of the people known at an institution is meant by what it states now. A pure rule: an institution gives ePPN to
 * somebody else after 24 months (GakuNin), but none of the stronger identifiers, ever.
 */
import { identifierKinds, kindOf } from "./person.ts";

/** A person of the institution who holds at least one of the stated identifiers now. */
export type Candidate = {
  memberId: string;
  /** All that they are known by, and when each was last stated. */
  identifiers: readonly { subject: string; seenAt: Date }[];
};

/** How long an ePPN names its last holder, in months. */
export const eppnMonths = 24;

const kinds: readonly string[] = identifierKinds;
const isStrong = (subject: string) => kindOf(subject) !== "eppn";

/**
 * The one who is meant, or null: somebody new. `stated` are all identifiers that the institution states now.
 *
 * The strongest stated identifier that is known names the candidate. Someone known by another value of a stronger kind is
 * somebody else. ePPN alone names nobody where a stronger identifier is stated, except a person who so far was known by ePPN
 * only: their institution has begun to state more.
 */
export function whoIsMeant(
  stated: readonly string[],
  candidates: readonly Candidate[],
  now: Date,
): string | null {
  const sorted = strongestFirst(stated);
  const holderOf = (subject: string) =>
    candidates.find(({ identifiers }) => identifiers.some((own) => own.subject === subject));
  const known = sorted.find(holderOf);
  const candidate = known && holderOf(known);
  return candidate && fits(known, sorted, candidate, now) ? candidate.memberId : null;
}

function fits(subject: string, stated: readonly string[], { identifiers }: Candidate, now: Date): boolean {
  if (!isStrong(subject)) {
    const seenAt = identifiers.find((own) => own.subject === subject)?.seenAt ?? new Date(0);
    if (seenAt <= monthsBefore(now, eppnMonths)) return false;
    return !stated.some(isStrong) || !identifiers.some((own) => isStrong(own.subject));
  }
  // What is stated and stronger is known of nobody, else it had named the candidate: they must have none of its kind.
  const stronger = stated.slice(0, stated.indexOf(subject)).map(kindOf);
  return !identifiers.some((own) => stronger.includes(kindOf(own.subject)));
}

/** The order within a kind stays as given. */
export function strongestFirst(subjects: readonly string[]): string[] {
  const rank = (subject: string) => kinds.indexOf(kindOf(subject));
  return [...subjects].sort((one, other) => rank(one) - rank(other));
}

function monthsBefore(now: Date, months: number): Date {
  const then = new Date(now);
  then.setUTCMonth(then.getUTCMonth() - months);
  return then;
}
