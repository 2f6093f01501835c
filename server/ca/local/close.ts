/** An order ends that was not collected: its PIN and URL go out of the world. */
import { withoutSecrets } from "./ticket-secrets.ts";
import { inOneGo, type World } from "./world.ts";

/** Tells `lapsed`. A ticket that was collected stays as it is, and so does one that was closed before. */
export function close(world: World, orderId: string): Promise<void> {
  return inOneGo(world, async (tx) => {
    const closed = await tx.ticket.updateMany({
      where: { orderId, collectedAt: null, closedAt: null },
      data: { closedAt: world.now(), ...withoutSecrets },
    });
    if (closed.count > 0) await world.tell(tx, [{ type: "lapsed", orderId }]);
  });
}
