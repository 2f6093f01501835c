/** An order ends that was not collected. The service cannot be told so: its URL works until its own time is over. */
import { inOneGo, lockRequests, type World } from "./world.ts";

/** A mail that says it was fetched in time may still be on its way, or be made up for by the next list. */
const grace = 36 * 60 * 60 * 1000;

/**
 * Tells `lapsed`: of an order whose URL is over, once that is certain; of one that was withdrawn at once, and what is fetched of it all the
 * same will be revoked. What was collected stays as it is.
 */
export function close(world: World, orderId: string): Promise<void> {
  return inOneGo(world, async (tx) => {
    const ids = await tx.upkiRequest.findMany({ where: { orderId }, select: { id: true } });
    const rows = await lockRequests(
      tx,
      ids.map(({ id }) => id),
    );
    const now = world.now();
    if (rows.some(({ collected }) => collected !== null)) return;
    const until = Math.max(0, ...rows.map(({ collectUntil }) => collectUntil?.getTime() ?? 0));
    const isOver = until > 0 && until <= now.getTime();
    if (isOver && now.getTime() < until + grace) return;
    await tx.upkiRequest.updateMany({
      where: { orderId, status: "waiting" },
      data: { status: "dropped" },
    });
    if (!isOver)
      await tx.upkiRequest.updateMany({
        where: { orderId, withdrawnAt: null },
        data: { withdrawnAt: now },
      });
    await world.tell(tx, [{ type: "lapsed", orderId }]);
  });
}
