/** What comes back from the CA. Facts enter here, each once however often it is told. */
import { isGuarded } from "../assurance.ts";
import type { Statements, Transaction } from "../db.ts";
import type { Order, OrderStatus } from "../generated/prisma/client.ts";
import type { Fact, PlainFact } from "../ports.ts";
import {
  changeEnrollment,
  changeOrder,
  type Ledger,
  lockOf,
  note,
  noteDeed,
  noteEvent,
  noteLetter,
  openLedger,
  writeLedger,
} from "./ledger.ts";
import { renumber } from "./renumber.ts";

/** Takes in facts within the transaction that made them true (or a later one, when they had been lost), in their order. */
export async function hear(tx: Statements, facts: readonly PlainFact[], at: Date): Promise<void> {
  const ledger = await openLedger(tx, facts);
  for (const fact of facts) enter(ledger, fact, at);
  await writeLedger(tx, ledger);
}

/** The same where some may say that a name is taken. */
export async function hearAll(tx: Transaction, facts: readonly Fact[], at: Date): Promise<void> {
  const plain = facts.flatMap((fact) => (fact.type === "name_taken" ? [] : fact));
  if (plain.length > 0) await hear(tx, plain, at);
  for (const fact of facts) if (fact.type === "name_taken") await takeNextNumber(tx, fact, at);
}

/** Once: a second name that is known there as well is a reason to stop. */
async function takeNextNumber(
  tx: Transaction,
  { orderId, ...refusal }: Extract<Fact, { type: "name_taken" }>,
  at: Date,
): Promise<void> {
  if (await renumber(tx, orderId, at)) return;
  await hear(tx, [{ ...refusal, type: "refused", orderId }], at);
}

function enter(ledger: Ledger, fact: PlainFact, at: Date): void {
  if (fact.type === "revoked") enterRevoked(ledger, fact);
  if (fact.type === "revocation_refused") enterRevocationRefused(ledger, fact, at);
  const order = "orderId" in fact ? ledger.orders.get(fact.orderId) : undefined;
  if (!order) return;
  if (fact.type === "pin_issued") enterPinIssued(ledger, order, fact, at);
  if (fact.type === "collected") enterCollected(ledger, order, fact, at);
  if (fact.type === "ticket_locked") enterLocked(ledger, order, fact.at);
  if (fact.type === "refused" || fact.type === "lapsed") enterEnded(ledger, order, fact, at);
}

function enterPinIssued(
  ledger: Ledger,
  order: Order,
  { collectUntil, urlMailed }: Extract<Fact, { type: "pin_issued" }>,
  at: Date,
): void {
  if (order.status !== "placed") return;
  const { enrollmentId } = order;
  // The policy of this moment: what it becomes later holds for later orders. What the CA has mailed itself cannot be held.
  const policy = ledger.policies.get(enrollmentId);
  const isHeld = !urlMailed && policy !== undefined && isGuarded("send_url", policy);
  if (urlMailed)
    noteLetter(ledger, enrollmentId, { kind: "acceptance", about: order.id, at, sentAt: urlMailed });
  changeOrder(ledger, order, { status: "pin_issued", collectUntil, urlHeldAt: isHeld ? at : null });
  note(ledger, enrollmentId, "pin_issued", { at, deed: "pin_issued" });
  if (isHeld) noteDeed(ledger, enrollmentId, { at, deed: "url_held" });
  noteEvent(ledger, "enrollment/order.changed", { order: order.id });
}

/** A certificate exists: that is recorded whatever the portal believed of its order, so that none is unknown to it. */
function enterCollected(
  ledger: Ledger,
  order: Order,
  { serial, notBefore, notAfter, by }: Extract<Fact, { type: "collected" }>,
  at: Date,
): void {
  if (order.status === "collected") {
    correctTerm(ledger, order, { serial, notBefore, notAfter });
    return;
  }
  changeOrder(ledger, order, { status: "collected", collectedAt: at, serial });
  note(ledger, order.enrollmentId, "collected", {
    at,
    deed: order.purpose === "renew" ? "renewed" : "collected",
    detail: { serial },
    data: { serial, notBefore, notAfter },
    ...(by && { by }),
  });
  noteEvent(ledger, "enrollment/order.changed", { order: order.id });
}

/** The dates that were told first can have been reckoned: those told later are the certificate's own. */
function correctTerm(
  ledger: Ledger,
  { serial, enrollmentId }: Order,
  told: { serial: string; notBefore: Date; notAfter: Date },
): void {
  const known = ledger.enrollments.get(enrollmentId);
  if (serial !== told.serial || known?.serial !== told.serial) return;
  const { notBefore, notAfter } = told;
  if (+(known.notBefore ?? 0) === +notBefore && +(known.notAfter ?? 0) === +notAfter) return;
  changeEnrollment(ledger, enrollmentId, { notBefore, notAfter });
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
  const detail: Record<string, string> = fact.type === "refused" ? refusalOf(fact) : {};
  const data = fact.type === "refused" && order.purpose === "issue" ? { failure: fact.code } : {};
  const deed = order.purpose === "renew" ? (`renewal_${fact.type}` as const) : fact.type;
  note(ledger, order.enrollmentId, fact.type, { at, deed, detail, data });
  noteEvent(ledger, "enrollment/order.changed", { order: order.id });
}

/** One that nobody asked for here was done at the CA: the history says so. */
function enterRevoked(
  ledger: Ledger,
  { enrollmentId, at, reason = "unspecified" }: Extract<Fact, { type: "revoked" }>,
): void {
  const deed = ledger.asked.has(enrollmentId) ? "revoked" : "revoked_elsewhere";
  if (!note(ledger, enrollmentId, "revoked", { at, deed, data: { revokedAt: at } })) return;
  ledger.revocations.set(enrollmentId, { at, reason });
  noteEvent(ledger, "enrollment/revoked", { enrollment: enrollmentId });
}

/** The certificate stays what it was, and its revocation can be asked for again. */
function enterRevocationRefused(
  ledger: Ledger,
  fact: Extract<Fact, { type: "revocation_refused" }>,
  at: Date,
): void {
  const { enrollmentId } = fact;
  const trace = { at, deed: "revocation_refused", detail: refusalOf(fact) } as const;
  if (!note(ledger, enrollmentId, "revocation_refused", trace)) return;
  ledger.givenUp.add(enrollmentId);
  noteEvent(ledger, "enrollment/revoked", { enrollment: enrollmentId });
}

function refusalOf({ code, words }: { code: string; words?: string }): Record<string, string> {
  return words ? { code, words } : { code };
}

/** Whether its PIN may open the issuing site: after the download too, back to a certificate that a request was brought for. The CA knows. */
export function mayTakePin(status: OrderStatus): boolean {
  return status === "pin_issued" || status === "collected";
}

/** Whether something may still come of an order. */
export function isOpen(status: OrderStatus): boolean {
  return status === "placed" || status === "pin_issued";
}
