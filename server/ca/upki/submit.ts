/** An order arrives: the line that asks the service for it is written, once, and waits to be sent. */
import { announce } from "../../enrollment/change.ts";
import type { CaOrder, Fact } from "../../ports.ts";
import { lineFault, lineOf } from "./line.ts";
import { nameKeyOf } from "./names.ts";
import { inOneGo, type World } from "./world.ts";

/** Tells `refused` when the service would never take it. Brought again under another name it is another line. */
export async function submit(world: World, order: CaOrder): Promise<void> {
  const line = lineOf(order, world.settings);
  const isNew = await inOneGo(world, async (tx) => {
    const refused = await whyNot();
    if (refused) {
      await world.tell(tx, [{ type: "refused", orderId: order.id, ...refused }]);
      return false;
    }
    const now = world.now();
    const made = await tx.upkiRequest.createMany({
      data: {
        key: order.purpose === "issue" ? `issue:${order.id}:${order.number}` : `renew:${order.id}`,
        kind: order.purpose,
        institutionId: order.holder.institutionId,
        enrollmentId: order.enrollmentId,
        orderId: order.id,
        certificateKind: order.kind,
        dn: order.dn,
        ...nameKeyOf(order.dn),
        serial: line.serial,
        line: { ...line },
        createdAt: now,
        dueAt: now,
      },
      skipDuplicates: true,
    });
    if (made.count === 1) await announce(tx, "upki/queue.changed", {});
    return made.count === 1;

    async function whyNot(): Promise<Omit<Extract<Fact, { type: "refused" }>, "type" | "orderId"> | null> {
      const fault = lineFault(line);
      if (fault) return { code: "upki_value", words: `${fault.field}: ${fault.value}` };
      if (order.purpose === "issue") return null;
      // The service renews what it has issued, and knows nothing of certificates of the portal's own CA.
      const old = await tx.upkiRequest.findFirst({
        where: { enrollmentId: order.enrollmentId, collected: line.serial ?? "" },
      });
      return old ? null : { code: "other_ca" };
    }
  });
  if (isNew) await world.wakeOutbox();
}
