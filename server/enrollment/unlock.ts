/** A ticket locked by ten wrong PINs is opened again: by its owner, who has just proven who they are, or by a registrar in their place. */
import { PortalError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { remember } from "./change.ts";
import { mayTakePin } from "./orders.ts";
import { lockThat, thatOf, type Whose } from "./own.ts";

/** Unlocking what is not locked does nothing, and says so. `reason`: of a registrar. @throws PortalError `not_found` */
export async function unlockTicket(
  ports: Ports,
  whose: Whose,
  reason: string | null = null,
): Promise<{ already: boolean }> {
  const newest = await ports.db.order.findFirst({
    where: { enrollment: thatOf(whose) },
    orderBy: { sequence: "desc" },
  });
  if (!newest || !mayTakePin(newest.status)) throw new PortalError("not_found");
  const ticket = await ports.ca.readTicket(newest.id);
  if (!ticket?.locked) return { already: true };
  await ports.ca.unlock(newest.id);
  await ports.db.$transaction(async (tx) => {
    const enrollment = await lockThat(tx, whose);
    await tx.enrollment.update({ where: { id: enrollment.id }, data: { version: { increment: 1 } } });
    const detail: Record<string, string> = "memberId" in whose ? {} : { by: "registrar" };
    await remember(tx, enrollment, { at: ports.now(), deed: "ticket_unlocked", detail, reason });
  });
  return { already: false };
}
