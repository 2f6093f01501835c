/** 一括失効: whoever leaves an institution holds nothing of it any more. */
import type { Transaction } from "../db.ts";
import { cancel } from "./cancel.ts";
import { lockEnrollment } from "./change.ts";
import { endTerms } from "./end-terms.ts";
import { next } from "./lifecycle.ts";
import { alive } from "./offer.ts";
import { askRevocation, type InPlace } from "./revoke.ts";

/**
 * Ends every living application of a member, whose row this transaction holds: what exists is revoked, what is under way cancelled. The
 * numbers of those that it ended, in the order of the applications; what was being revoked already is left alone.
 */
export async function endAllOf(
  tx: Transaction,
  memberId: string,
  { at, by, words }: InPlace & { at: Date },
): Promise<number[]> {
  await endTerms(tx, at, memberId);
  const living = await tx.enrollment.findMany({
    where: { memberId, ...alive },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  const ended: number[] = [];
  for (const { id } of living) {
    const enrollment = await lockEnrollment(tx, id);
    const { status, number } = enrollment;
    if (next(status, "cancelled")) {
      if (await cancel(tx, enrollment, { at, by, reason: words })) ended.push(number);
    } else if (next(status, "revocation_asked")) {
      await askRevocation(tx, enrollment, { at, reason: "affiliationChanged", inPlace: { by, words } });
      ended.push(number);
    }
  }
  return ended.sort((one, other) => one - other);
}

/** How many applications of each of these people would be ended: certificates that exist, and what is under way. */
export async function livingOf(
  db: Pick<Transaction, "enrollment">,
  memberIds: readonly string[],
): Promise<Map<string, { certificates: number; applications: number }>> {
  const rows = await db.enrollment.groupBy({
    by: ["memberId", "status"],
    where: { memberId: { in: [...memberIds] }, ...alive },
    _count: true,
  });
  const found = new Map<string, { certificates: number; applications: number }>();
  for (const { memberId, status, _count } of rows) {
    const of = found.get(memberId) ?? { certificates: 0, applications: 0 };
    if (next(status, "revocation_asked")) of.certificates += _count;
    if (next(status, "cancelled")) of.applications += _count;
    found.set(memberId, of);
  }
  return found;
}
