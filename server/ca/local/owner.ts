/** What the owner of an order is shown, and what its mail carries. Whether it is the owner, the caller has made sure. */
import type { TicketView } from "../../ports.ts";
import { isOpen, livingNonce, takesPin, triesAllowed } from "./standing.ts";
import { pinOf, ticketOf, type World } from "./world.ts";

/** Readable from the order on until the ticket's end, and for a week after a late download: the .p12 opens with nothing else. */
export async function readPin(world: World, orderId: string): Promise<string | null> {
  const ticket = await world.db.ticket.findUnique({ where: { orderId } });
  return ticket && pinOf(world, ticket);
}

export async function hasPin(world: World, orderId: string): Promise<boolean> {
  const ticket = await world.db.ticket.findUnique({ where: { orderId } });
  return ticket !== null && livingNonce(ticket, world.now()) !== null;
}

/** Null when the PIN opens nothing (any more). */
export async function readTicket(world: World, orderId: string): Promise<TicketView | null> {
  const ticket = await world.db.ticket.findUnique({ where: { orderId } });
  if (!ticket || !takesPin(ticket, world.now())) return null;
  return {
    locked: ticket.lockedAt !== null,
    triesLeft: triesAllowed - ticket.tries,
    expiresAt: ticket.expiresAt,
    urlFrom: "portal",
  };
}

/** Null when there is nothing to be collected (any more). */
export async function collectUrl(world: World, orderId: string, locale: string): Promise<string | null> {
  const ticket = await world.db.ticket.findUnique({ where: { orderId } });
  const secret = ticket && isOpen(ticket, world.now()) ? ticketOf(world, ticket) : null;
  return secret && `${world.baseUrl}/${locale}/issue/${secret}`;
}
