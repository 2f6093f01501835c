/** What comes back from the CA. Facts enter here, each once however often it is told. */
import { isGuarded } from "../assurance.ts";
import type { Transaction } from "../db.ts";
import type { Enrollment, Order, OrderStatus } from "../generated/prisma/client.ts";
import type { Fact } from "../ports.ts";
import { announce, happen, lockEnrollment, remember } from "./change.ts";

/** Takes in a fact within the transaction that made it true (or a later one, when it had been lost). */
export async function hear(tx: Transaction, fact: Fact, at: Date): Promise<void> {
  if (fact.type === "revoked") return hearRevoked(tx, fact);
  const known = await tx.order.findUnique({ where: { id: fact.orderId }, select: { enrollmentId: true } });
  if (!known) return;
  const enrollment = await lockEnrollment(tx, known.enrollmentId);
  const order = await tx.order.findUniqueOrThrow({ where: { id: fact.orderId } });
  switch (fact.type) {
    case "pin_issued":
      return hearPinIssued(tx, enrollment, order, fact.collectUntil, at);
    case "collected":
      return hearCollected(tx, enrollment, order, fact, at);
    case "ticket_locked":
      return hearLocked(tx, enrollment, order, fact.at);
    case "refused":
    case "lapsed":
      return hearEnded(tx, enrollment, order, fact, at);
  }
}

async function hearPinIssued(
  tx: Transaction,
  enrollment: Enrollment,
  order: Order,
  collectUntil: Date,
  at: Date,
) {
  if (order.status !== "placed") return;
  const isHeld = await demandsProofForUrl(tx, enrollment);
  await tx.order.update({
    where: { id: order.id },
    data: { status: "pin_issued", collectUntil, urlHeldAt: isHeld ? at : null },
  });
  await happen(tx, enrollment, "pin_issued", { at, deed: "pin_issued" });
  if (isHeld) await remember(tx, enrollment.id, { at, deed: "url_held" });
  await announce(tx, "enrollment/order.changed", { order: order.id });
}

/** The policy of the member's institution at this moment: what it becomes later holds for later orders. */
async function demandsProofForUrl(tx: Transaction, { memberId }: Enrollment): Promise<boolean> {
  const { institution } = await tx.member.findUniqueOrThrow({
    where: { id: memberId },
    select: { institution: { select: { aal2For: true, ial2For: true } } },
  });
  return isGuarded("send_url", institution);
}

/** A certificate exists: that is recorded whatever the portal believed of its order, so that none is unknown to it. */
async function hearCollected(
  tx: Transaction,
  enrollment: Enrollment,
  order: Order,
  fact: Extract<Fact, { type: "collected" }>,
  at: Date,
) {
  if (order.status === "collected") return;
  const { serial, notBefore, notAfter } = fact;
  await tx.order.update({ where: { id: order.id }, data: { status: "collected", collectedAt: at, serial } });
  await happen(tx, enrollment, "collected", {
    at,
    deed: order.purpose === "renew" ? "renewed" : "collected",
    detail: { serial },
    data: { serial, notBefore, notAfter },
  });
  await announce(tx, "enrollment/order.changed", { order: order.id });
}

async function hearLocked(tx: Transaction, enrollment: Enrollment, order: Order, at: Date) {
  const told = await tx.historyEntry.findFirst({
    where: { enrollmentId: enrollment.id, deed: "ticket_locked", at },
    select: { id: true },
  });
  if (told) return;
  await tx.enrollment.update({ where: { id: enrollment.id }, data: { version: { increment: 1 } } });
  await remember(tx, enrollment.id, { at, deed: "ticket_locked" });
  await announce(tx, "enrollment/ticket.locked", { order: order.id, at: at.toISOString() });
}

async function hearEnded(
  tx: Transaction,
  enrollment: Enrollment,
  order: Order,
  fact: Extract<Fact, { type: "refused" | "lapsed" }>,
  at: Date,
) {
  if (!isOpen(order.status)) return;
  await tx.order.update({ where: { id: order.id }, data: { status: fact.type } });
  const detail: Record<string, string> = fact.type === "refused" ? { code: fact.code } : {};
  const data = fact.type === "refused" && order.purpose === "issue" ? { failure: fact.code } : {};
  const deed = order.purpose === "renew" ? (`renewal_${fact.type}` as const) : fact.type;
  await happen(tx, enrollment, fact.type, { at, deed, detail, data });
  await announce(tx, "enrollment/order.changed", { order: order.id });
}

async function hearRevoked(tx: Transaction, fact: Extract<Fact, { type: "revoked" }>) {
  const enrollment = await lockEnrollment(tx, fact.enrollmentId);
  const data = { revokedAt: fact.at };
  if (!(await happen(tx, enrollment, "revoked", { at: fact.at, deed: "revoked", data }))) return;
  await tx.revocation.update({ where: { enrollmentId: enrollment.id }, data: { doneAt: fact.at } });
  await announce(tx, "enrollment/revoked", { enrollment: enrollment.id });
}

/** Whether something may still come of an order. */
export function isOpen(status: OrderStatus): boolean {
  return status === "placed" || status === "pin_issued";
}
