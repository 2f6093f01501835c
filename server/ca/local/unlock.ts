/** The owner gives a locked ticket its tries back. Whether it is the owner, the caller has made sure. */
import type { World } from "./world.ts";

export async function unlock(world: World, orderId: string): Promise<void> {
  await world.db.ticket.updateMany({
    where: {
      orderId,
      lockedAt: { not: null },
      closedAt: null,
      // With a certificate from a request the PIN opens the way back to it.
      OR: [{ collectedAt: null }, { encryption: null, confirmedAt: null }],
    },
    data: { tries: 0, lockedAt: null },
  });
}
