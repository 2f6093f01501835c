/** 次の申請番号へ: the CA has had a certificate of this name before and makes no second one, so the application takes the next number, once. */
import type { Transaction } from "../db.ts";
import { announce, lockEnrollment, remember } from "./change.ts";
import { withNumber } from "./subject.ts";

/**
 * For a first order that waits to be issued; anything else stays as it is. The number before stays a way to the application.
 * Not in a transaction that has already taken applications: members come first, as where one applies.
 * @returns whether it has a new name
 */
export async function renumber(tx: Transaction, orderId: string, at: Date): Promise<boolean> {
  const order = await tx.order.findUnique({ where: { id: orderId }, include: { enrollment: true } });
  if (order?.purpose !== "issue" || order.status !== "placed") return false;
  const { memberId } = order.enrollment;
  await tx.$queryRaw`SELECT id FROM "Member" WHERE id = ${memberId} FOR UPDATE`;
  const enrollment = await lockEnrollment(tx, order.enrollmentId);
  const { id, number: before, formerNumber, dn } = enrollment;
  if (formerNumber !== null) return false;
  const number = await freeNumber(tx, memberId, dn);
  await tx.enrollment.update({
    where: { id },
    data: { number, formerNumber: before, dn: withNumber(dn, number), version: { increment: 1 } },
  });
  await remember(tx, enrollment, { at, deed: "renumbered", detail: { before, number } });
  await announce(tx, "enrollment/order.changed", { order: orderId });
  return true;
}

async function freeNumber(tx: Transaction, memberId: string, dn: string): Promise<number> {
  const newest = await tx.enrollment.aggregate({ where: { memberId }, _max: { number: true } });
  for (let number = (newest._max.number ?? 0) + 1; ; number++) {
    const taken = await tx.enrollment.findUnique({
      where: { dn: withNumber(dn, number) },
      select: { id: true },
    });
    if (!taken) return number;
  }
}
