/** An order arrives: its ticket is made, once, and with it PIN and URL. */
import { log } from "../../log.ts";
import type { CaOrder } from "../../ports.ts";
import { expiryOf } from "./standing.ts";
import { hashOf, newNonce } from "./tickets.ts";
import { inOneGo, newTicketOf, type World } from "./world.ts";

/** What of an order the built-in CA goes by. */
export type TicketOrder = Pick<CaOrder, "id" | "kind" | "months" | "dn" | "mail" | "keyOrigins">;

/**
 * Tells `pin_issued`, or `refused` when no certificate could ever be made of this order. While there is no CA for its kind nothing is told:
 * the order waits, and is brought again until there is one.
 */
export async function submit(world: World, order: TicketOrder): Promise<void> {
  const issuers = await world.issuers();
  if (!issuers.issues(order.kind)) {
    log.info({ order: order.id, kind: order.kind }, "An order waits for a CA that issues its kind.");
    return;
  }
  const now = world.now();
  const code = issuers.issuing(order.kind).whyNot(order, now);
  const nonce = newNonce();

  await inOneGo(world, async (tx) => {
    if (code) return world.tell(tx, [{ type: "refused", orderId: order.id, code }]);
    const expiresAt = expiryOf(now);
    const made = await tx.ticket.createMany({
      data: {
        orderId: order.id,
        kind: order.kind,
        keyOrigins: [...order.keyOrigins],
        months: order.months,
        dn: order.dn,
        mail: order.mail,
        nonce,
        hash: hashOf(newTicketOf(world, order.id, nonce)),
        expiresAt,
        createdAt: now,
      },
      skipDuplicates: true,
    });
    if (made.count === 1)
      await world.tell(tx, [{ type: "pin_issued", orderId: order.id, collectUntil: expiresAt }]);
  });
}
