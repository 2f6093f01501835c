/** 期限切れ: certificates whose term has run out. */
import type { Transaction } from "../db.ts";
import { happen, lockEnrollment } from "./change.ts";

/** Ends what ran out by `at`, at most `limit` applications; of one member when named. Says how many there were. */
export async function endTerms(tx: Transaction, at: Date, memberId?: string, limit = 500): Promise<number> {
  const due = await tx.enrollment.findMany({
    where: { status: "active", notAfter: { lte: at }, ...(memberId ? { memberId } : {}) },
    select: { id: true },
    take: limit,
  });
  for (const { id } of due) {
    const enrollment = await lockEnrollment(tx, id);
    if (enrollment.notAfter && enrollment.notAfter <= at) {
      await happen(tx, enrollment, "term_ended", { at, deed: "expired" });
    }
  }
  return due.length;
}
