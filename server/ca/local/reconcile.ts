/** What the issuing site knows of orders, for facts that were lost on their way. */
import type { Certificate, Ticket } from "../../generated/prisma/client.ts";
import type { Fact } from "../../ports.ts";
import type { World } from "./world.ts";

/** In the order in which they came to be. Of an order that is not known here there is no fact: it has to be submitted again. A lock is not told again: it can have been lifted since. */
export async function reconcile(world: World, orderIds: readonly string[]): Promise<readonly Fact[]> {
  const tickets = await world.db.ticket.findMany({
    where: { orderId: { in: [...orderIds] } },
    include: { certificate: true },
    orderBy: { createdAt: "asc" },
  });
  return tickets.flatMap(factsOf);
}

function factsOf(ticket: Ticket & { certificate: Certificate | null }): Fact[] {
  const { orderId, certificate, closedAt, expiresAt } = ticket;
  const facts: Fact[] = [{ type: "pin_issued", orderId, collectUntil: expiresAt }];
  if (certificate) {
    const { serial, notBefore, notAfter } = certificate;
    facts.push({ type: "collected", orderId, serial, notBefore, notAfter });
  } else if (closedAt) {
    facts.push({ type: "lapsed", orderId });
  } else if (ticket.lockedAt) {
    facts.push({ type: "ticket_locked", orderId, at: ticket.lockedAt });
  }
  return facts;
}
