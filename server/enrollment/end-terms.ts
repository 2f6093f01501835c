/** 期限切れ: certificates whose term has run out. */
import type { Transaction } from "../db.ts";
import type { Ports } from "../ports.ts";
import { happen, lockEnrollment } from "./change.ts";

/** Ends what ran out by `at` of one member's applications. */
export async function endTerms(tx: Transaction, at: Date, memberId: string): Promise<void> {
  for (const id of await endedBy(tx, at, memberId)) await endTerm(tx, id, at);
}

const atOnce = 500;

/**
 * Ends what has run out of everybody's and says how many there were; what does not fit comes with the next call. Each in a transaction of its
 * own: a year's certificates end on one day, and together they would outlast the transaction and hold up their owners.
 */
export async function endAllTerms(ports: Ports): Promise<number> {
  const at = ports.now();
  const due = await endedBy(ports.db, at);
  for (const id of due) await ports.db.$transaction((tx) => endTerm(tx, id, at));
  return due.length;
}

async function endedBy(db: Pick<Transaction, "enrollment">, at: Date, memberId?: string): Promise<string[]> {
  const due = await db.enrollment.findMany({
    where: { status: "active", notAfter: { lte: at }, ...(memberId ? { memberId } : {}) },
    select: { id: true },
    orderBy: { id: "asc" },
    take: atOnce,
  });
  return due.map(({ id }) => id);
}

async function endTerm(tx: Transaction, id: string, at: Date): Promise<void> {
  const enrollment = await lockEnrollment(tx, id);
  if (enrollment.notAfter && enrollment.notAfter <= at) {
    await happen(tx, enrollment, "term_ended", { at, deed: "expired" });
  }
}
