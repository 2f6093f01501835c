/** What an institution lets its members ask for: of what the CA can make, as much as its settings say, for as many as they say. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Institution, Prisma } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import type { Kind } from "./kind.ts";

/** The statuses of `isLiving`, as a condition of a query. */
export const alive = {
  status: { notIn: ["revoked", "expired", "lapsed", "failed", "declined", "cancelled"] },
} satisfies Prisma.EnrollmentWhereInput;

export type Offering = Pick<Institution, "isEnabled" | "kinds" | "clientTerms" | "smimeTerms">;
type Limited = Pick<Institution, "id" | "institutionLimit">;

/** Months of each kind that may be asked for, the default first; none of a kind that is not offered. Pure. */
export function termsOffered(rules: Ports["rules"], institution: Offering): Record<Kind, readonly number[]> {
  const offered = (kind: Kind) =>
    isOffered(institution, kind)
      ? rules.terms[kind].filter((months) => isTermOf(institution, kind, months))
      : [];
  return { client: offered("client"), smime: offered("smime") };
}

function isOffered({ isEnabled, kinds }: Offering, kind: Kind): boolean {
  return isEnabled && kinds.includes(kind);
}

/** An institution that names no terms offers all that the CA knows. */
function isTermOf(institution: Offering, kind: Kind, months: number): boolean {
  const terms = { client: institution.clientTerms, smime: institution.smimeTerms }[kind];
  return terms.length === 0 || terms.includes(months);
}

/** Whether `checkOffer` would let this pass. Pure. */
export function isStillOffered(
  institution: Offering,
  { kind, months }: { kind: Kind; months: number },
): boolean {
  return isOffered(institution, kind) && isTermOf(institution, kind, months);
}

/**
 * Holds for a new application and for a renewal, which is one of the same kind and term.
 * @throws PortalError `institution_not_enabled`, `kind_not_offered`, `term_not_offered`
 */
export function checkOffer(institution: Offering, { kind, months }: { kind: Kind; months: number }): void {
  if (!institution.isEnabled) throw new PortalError("institution_not_enabled");
  if (!isOffered(institution, kind)) throw new PortalError("kind_not_offered", { kind });
  if (!isTermOf(institution, kind, months)) throw new PortalError("term_not_offered", { months });
}

/**
 * Whether the institution may have one more living application. Where there is a limit those who ask take turns until they are done, so
 * that no two take the last place; the limit is the one of that moment.
 * @throws PortalError `institution_limit_reached`
 */
export async function checkInstitutionLimit(
  tx: Transaction,
  { id, institutionLimit }: Limited,
): Promise<void> {
  if (institutionLimit === null) return;
  // Weaker than FOR UPDATE: logins of new members, whose rows refer to it, go on.
  const [row] = await tx.$queryRaw<{ limit: number | null }[]>`
    SELECT "institutionLimit" AS limit FROM "Institution" WHERE id = ${id} FOR NO KEY UPDATE`;
  const limit = row?.limit ?? null;
  if (limit !== null && (await isFull(tx, { id, institutionLimit: limit }))) {
    throw new PortalError("institution_limit_reached", { limit });
  }
}

/** Whether its members hold as many certificates, and have as many on their way, as they may together. */
export async function isFull(
  tx: Pick<Transaction, "enrollment">,
  { id, institutionLimit }: Limited,
): Promise<boolean> {
  if (institutionLimit === null) return false;
  return (await tx.enrollment.count({ where: { institutionId: id, ...alive } })) >= institutionLimit;
}
