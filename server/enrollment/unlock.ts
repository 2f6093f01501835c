/** A ticket locked by ten wrong PINs is opened again by its owner, who has just proven who they are at their institution. */
import { PortalError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { remember } from "./change.ts";
import { mayTakePin } from "./orders.ts";
import { lockOwn, ownNumber } from "./own.ts";

/** Unlocking what is not locked does nothing. @throws PortalError `not_found` */
export async function unlockTicket(ports: Ports, wish: { memberId: string; number: number }): Promise<void> {
  const newest = await ports.db.order.findFirst({
    where: { enrollment: ownNumber(wish.memberId, wish.number) },
    orderBy: { sequence: "desc" },
  });
  if (!newest || !mayTakePin(newest.status)) throw new PortalError("not_found", { number: wish.number });
  const ticket = await ports.ca.readTicket(newest.id);
  if (!ticket?.locked) return;
  await ports.ca.unlock(newest.id);
  await ports.db.$transaction(async (tx) => {
    const enrollment = await lockOwn(tx, wish.memberId, wish.number);
    await tx.enrollment.update({ where: { id: enrollment.id }, data: { version: { increment: 1 } } });
    await remember(tx, enrollment, { at: ports.now(), deed: "ticket_unlocked" });
  });
}
