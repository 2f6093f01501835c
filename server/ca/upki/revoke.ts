/** 失効: the service is asked to revoke what was fetched, and what is still open is not to be fetched. */
import { announce } from "../../enrollment/change.ts";
import type { CaRevocation } from "../../ports.ts";
import { livingCertificates } from "./facts.ts";
import { queueRevocation } from "./queue-revocation.ts";
import { inOneGo, lockRequests, type World } from "./world.ts";

/** What follows is told when the service has done it. Asked again it asks for nothing new. */
export async function revoke(world: World, { enrollmentId, reason }: CaRevocation): Promise<void> {
  await inOneGo(world, async (tx) => {
    const all = await tx.upkiRequest.findMany({ where: { enrollmentId }, select: { id: true } });
    const rows = await lockRequests(
      tx,
      all.map(({ id }) => id),
    );
    const open = rows.filter(({ kind, collected }) => kind !== "revoke" && collected === null);
    const now = world.now();
    await tx.upkiRequest.updateMany({
      where: { id: { in: open.map(({ id }) => id) }, status: "waiting" },
      data: { status: "dropped", withdrawnAt: now },
    });
    // The service keeps these open for a month, and cannot be told: what is fetched of them is revoked then.
    await tx.upkiRequest.updateMany({
      where: { id: { in: open.map(({ id }) => id) }, withdrawnAt: null },
      data: { withdrawnAt: now },
    });
    const living = await livingCertificates(tx, enrollmentId);
    if (living.length === 0) return world.tell(tx, [{ type: "revoked", enrollmentId, at: now }]);
    for (const row of living) await queueRevocation(world, tx, row, reason);
    await announce(tx, "upki/queue.changed", {});
  });
  await world.wakeOutbox();
}
