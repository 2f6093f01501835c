/** 証明書取得URLのメールを送る: where the institution asks for a proof before that mail goes out, the member has it sent. */
import { PortalError } from "../errors.ts";
import type { Order } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import { announce, remember } from "./change.ts";
import { lockOwn } from "./own.ts";

/** Whether the mail with the URL waits for its member. */
export function isUrlHeld(order: Pick<Order, "status" | "urlHeldAt" | "urlReleasedAt">): boolean {
  return order.status === "pin_issued" && order.urlHeldAt !== null && order.urlReleasedAt === null;
}

/**
 * Lets the mail go, once: asked for twice, the second finds it on its way. The address stays that of the application.
 * @throws PortalError `not_found` where nothing is to be collected.
 */
export async function releaseUrl(
  ports: Ports,
  wish: { memberId: string; number: number },
): Promise<{ number: number; already: boolean }> {
  const already = await ports.db.$transaction(async (tx) => {
    const at = ports.now();
    const enrollment = await lockOwn(tx, wish.memberId, wish.number);
    const { id } = enrollment;
    const order = await tx.order.findFirst({ where: { enrollmentId: id, status: "pin_issued" } });
    if (!order) throw new PortalError("not_found", { number: wish.number });
    if (!isUrlHeld(order)) return true;
    await tx.order.update({ where: { id: order.id }, data: { urlReleasedAt: at } });
    await tx.enrollment.update({ where: { id }, data: { version: { increment: 1 } } });
    await remember(tx, enrollment, { at, deed: "url_released" });
    await announce(tx, "enrollment/order.changed", { order: order.id });
    return false;
  });
  await ports.wakeOutbox();
  return { number: wish.number, already };
}
