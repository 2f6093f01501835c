/** What the owner of an order is shown. Whether it is the owner, the caller has made sure. */
import type { Fact, TicketView } from "../../ports.ts";
import { hexOf } from "./line.ts";
import { pinContext, type Row, type World } from "./world.ts";

/** The .p12 opens with nothing else, and the service gives the PIN out only once: it is kept as long as somebody may want to install it. */
const pinKept = 365 * 86_400_000;

export async function readPin(world: World, orderId: string): Promise<string | null> {
  const row = await rowOf(world, orderId);
  if (!row?.sealedPin || !isKept(row, world.now())) return null;
  return Buffer.from(world.sealing.open(row.sealedPin, pinContext(row.id))).toString("utf8");
}

export async function hasPin(world: World, orderId: string): Promise<boolean> {
  const row = await rowOf(world, orderId);
  return Boolean(row?.sealedPin && isKept(row, world.now()));
}

/** Until when the URL of the service's mail works; null once it does not. */
export async function readTicket(world: World, orderId: string): Promise<TicketView | null> {
  const row = await rowOf(world, orderId);
  if (!row?.collectUntil || row.collected || row.withdrawnAt || row.collectUntil <= world.now()) return null;
  return { locked: false, triesLeft: null, expiresAt: row.collectUntil, urlFrom: "ca" };
}

/** What is known here of these orders, in the order in which it came to be. */
export async function reconcile(world: World, orderIds: readonly string[]): Promise<readonly Fact[]> {
  const rows = await world.db.upkiRequest.findMany({
    where: { orderId: { in: [...orderIds] } },
    orderBy: { createdAt: "asc" },
  });
  return rows.flatMap(factsOf);
}

function factsOf(row: Row): Fact[] {
  const { orderId, pinAt, collectUntil, collected, collectedAt, notAfter } = row;
  if (!orderId || row.status === "refused" || row.status === "dropped") return [];
  const facts: Fact[] = [];
  if (collectUntil && (pinAt || collectedAt)) {
    facts.push({
      type: "pin_issued",
      orderId,
      collectUntil,
      urlMailed: pinAt ?? collectedAt ?? collectUntil,
    });
  }
  if (collected && collectedAt && notAfter) {
    const serial = hexOf(collected);
    facts.push({ type: "collected", orderId, serial, notBefore: collectedAt, notAfter });
  }
  return facts;
}

/** Whether an order is one that was given to the service. */
export async function knows({ db }: World, orderId: string): Promise<boolean> {
  return (await db.upkiRequest.count({ where: { orderId } })) > 0;
}

/** PINs whose time is over go. Returns how many. */
export async function tidyPins({ db, now }: World): Promise<number> {
  const before = new Date(now().getTime() - pinKept);
  const { count } = await db.upkiRequest.updateMany({
    where: { sealedPin: { not: null }, pinAt: { lt: before } },
    data: { sealedPin: null },
  });
  return count;
}

function isKept({ pinAt, withdrawnAt }: Row, now: Date): boolean {
  return withdrawnAt === null && pinAt !== null && pinAt.getTime() + pinKept > now.getTime();
}

/** The line that is in force: an application that took the next number has one of its old name as well. */
function rowOf({ db }: World, orderId: string): Promise<Row | null> {
  return db.upkiRequest.findFirst({ where: { orderId }, orderBy: { createdAt: "desc" } });
}
