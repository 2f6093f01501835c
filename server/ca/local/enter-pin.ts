/** STEP1: somebody with a ticket types a PIN. */
import type { Transaction } from "../../db.ts";
import type { Ticket } from "../../generated/prisma/client.ts";
import { isPin } from "./pin.ts";
import { browserTime, standing, triesAllowed } from "./standing.ts";
import { secretsOfNobody } from "./ticket-secrets.ts";
import { hashOf, newBrowserKey } from "./tickets.ts";
import type { PinAnswer } from "./views.ts";
import { inOneGo, lockTicket, pinOf, type World } from "./world.ts";

/**
 * Ten wrong PINs lock the ticket, however many are tried at once: each try is made holding the ticket, and is answered only
 * once it has been counted. A right one counts nothing and forgives nothing. Another browser may give it too as long as nothing was
 * collected, or what was collected came from a request; the last one holds the permission.
 */
export async function enterPin(world: World, given: { ticket: string; pin: string }): Promise<PinAnswer> {
  const answer = await inOneGo(world, async (tx): Promise<PinAnswer> => {
    const ticket = await lockTicket(tx, given.ticket);
    const stands = standing(ticket, null, world.now());
    const pin = ticket && pinOf(world, ticket);
    // A ticket without a PIN is compared with some PIN all the same, and so takes the same time.
    const right = isPin(given.pin, pin ?? secretsOfNobody(world.sealing).pin);
    if (stands.state === "refused" && stands.because === "locked") return { result: "locked" };
    if (stands.state === "refused") return { result: "refused", because: stands.because };
    if (!ticket || !pin) return { result: "refused", because: "unknown" };
    return right ? admit(world, tx, ticket) : count(world, tx, ticket);
  });
  if (answer.result === "right") world.keys.prepare();
  return answer;
}

async function admit(world: World, tx: Transaction, { orderId }: Ticket): Promise<PinAnswer> {
  const browser = newBrowserKey();
  const browserUntil = new Date(world.now().getTime() + browserTime);
  await tx.ticket.update({ where: { orderId }, data: { browser: hashOf(browser), browserUntil } });
  return { result: "right", browser };
}

async function count(world: World, tx: Transaction, { orderId, tries }: Ticket): Promise<PinAnswer> {
  const counted = tries + 1;
  const lockedAt = counted >= triesAllowed ? world.now() : null;
  await tx.ticket.update({ where: { orderId }, data: { tries: counted, lockedAt } });
  if (!lockedAt) return { result: "wrong", triesLeft: triesAllowed - counted };
  await world.tell(tx, [{ type: "ticket_locked", orderId, at: lockedAt }]);
  return { result: "locked" };
}
