/** What comes back from the CA. Facts enter here, each once however often it is told. */
import { isGuarded } from "../assurance.ts";
import type { Transaction } from "../db.ts";
import type { Order, OrderStatus } from "../generated/prisma/client.ts";
import type { Fact } from "../ports.ts";
import {
  changeEnrollment,
  changeOrder,
  type Ledger,
  lockOf,
  note,
  noteDeed,
  noteEvent,
  openLedger,
  writeLedger,
} from "./ledger.ts";

/** Takes in facts within the transaction that made them true (or a later one, when they had been lost), in their order. */
export async function hear(tx: Transaction, facts: readonly Fact[], at: Date): Promise<void> {
  const ledger = await openLedger(tx, facts);
  for (const fact of facts) enter(ledger, fact, at);
  await writeLedger(tx, ledger);
}

function enter(ledger: Ledger, fact: Fact, at: Date): void {
  if (fact.type === "revoked") enterRevoked(ledger, fact);
  const order = fact.type === "revoked" ? undefined : ledger.orders.get(fact.orderId);
  if (!order) return;
  if (fact.type === "pin_issued") enterPinIssued(ledger, order, fact.collectUntil, at);
  if (fact.type === "collected") enterCollected(ledger, order, fact, at);
  if (fact.type === "ticket_locked") enterLocked(ledger, order, fact.at);
  if (fact.type === "refused" || fact.type === "lapsed") enterEnded(ledger, order, fact, at);
}

function enterPinIssued(ledger: Ledger, order: Order, collectUntil: Date, at: Date): void {
  if (order.status !== "placed") return;
  const { enrollmentId } = order;
  // The policy of this moment: what it becomes later holds for later orders.
  const policy = ledger.policies.get(enrollmentId);
  const isHeld = policy !== undefined && isGuarded("send_url", policy);
  changeOrder(ledger, order, { status: "pin_issued", collectUntil, urlHeldAt: isHeld ? at : null });
  note(ledger, enrollmentId, "pin_issued", { at, deed: "pin_issued" });
  if (isHeld) noteDeed(ledger, enrollmentId, { at, deed: "url_held" });
  noteEvent(ledger, "enrollment/order.changed", { order: order.id });
}

/** A certificate exists: that is recorded whatever the portal believed of its order, so that none is unknown to it. */
function enterCollected(
  ledger: Ledger,
  order: Order,
  { serial, notBefore, notAfter }: Extract<Fact, { type: "collected" }>,
  at: Date,
): void {
  if (order.status === "collected") return;
  changeOrder(ledger, order, { status: "collected", collectedAt: at, serial });
  note(ledger, order.enrollmentId, "collected", {
    at,
    deed: order.purpose === "renew" ? "renewed" : "collected",
    detail: { serial },
    data: { serial, notBefore, notAfter },
  });
  noteEvent(ledger, "enrollment/order.changed", { order: order.id });
}

function enterLocked(ledger: Ledger, { id, enrollmentId }: Order, at: Date): void {
  const lock = lockOf(enrollmentId, at);
  if (ledger.lockings.has(lock)) return;
  ledger.lockings.add(lock);
  changeEnrollment(ledger, enrollmentId);
  noteDeed(ledger, enrollmentId, { at, deed: "ticket_locked" });
  noteEvent(ledger, "enrollment/ticket.locked", { order: id, at: at.toISOString() });
}

function enterEnded(
  ledger: Ledger,
  order: Order,
  fact: Extract<Fact, { type: "refused" | "lapsed" }>,
  at: Date,
): void {
  if (!isOpen(order.status)) return;
  changeOrder(ledger, order, { status: fact.type });
  const detail: Record<string, string> = fact.type === "refused" ? { code: fact.code } : {};
  const data = fact.type === "refused" && order.purpose === "issue" ? { failure: fact.code } : {};
  const deed = order.purpose === "renew" ? (`renewal_${fact.type}` as const) : fact.type;
  note(ledger, order.enrollmentId, fact.type, { at, deed, detail, data });
  noteEvent(ledger, "enrollment/order.changed", { order: order.id });
}

function enterRevoked(ledger: Ledger, { enrollmentId, at }: Extract<Fact, { type: "revoked" }>): void {
  if (!note(ledger, enrollmentId, "revoked", { at, deed: "revoked", data: { revokedAt: at } })) return;
  ledger.revocations.set(enrollmentId, at);
  noteEvent(ledger, "enrollment/revoked", { enrollment: enrollmentId });
}

/** Whether something may still come of an order. */
export function isOpen(status: OrderStatus): boolean {
  return status === "placed" || status === "pin_issued";
}
