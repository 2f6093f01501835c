/** 失効申請: the member ends the certificate for good. */
import { PortalError } from "../errors.ts";
import type { Ports, RevocationReason } from "../ports.ts";
import { announce, happen } from "./change.ts";
import { hindranceToRevocation } from "./lifecycle.ts";
import { isOpen } from "./orders.ts";
import { lockOwn } from "./own.ts";

/**
 * Asks the CA to revoke; a renewal under way is withdrawn with it. Asked twice, the second finds it asked.
 * @throws PortalError `not_found`, `not_revocable`
 */
export async function revokeCertificate(
  ports: Ports,
  wish: { memberId: string; number: number; reason: RevocationReason },
): Promise<{ number: number; already: boolean }> {
  const already = await ports.db.$transaction(async (tx) => {
    const at = ports.now();
    const enrollment = await lockOwn(tx, wish.memberId, wish.number);
    if (enrollment.status === "revoking" || enrollment.status === "revoked") return true;
    const hindrance = hindranceToRevocation(enrollment.status);
    if (hindrance) throw new PortalError("not_revocable", { because: hindrance });

    const orders = await tx.order.findMany({ where: { enrollmentId: enrollment.id } });
    for (const order of orders.filter(({ status }) => isOpen(status))) {
      await tx.order.update({ where: { id: order.id }, data: { status: "withdrawn" } });
      await announce(tx, "enrollment/order.changed", { order: order.id });
    }
    await tx.revocation.create({ data: { enrollmentId: enrollment.id, reason: wish.reason, askedAt: at } });
    await happen(tx, enrollment, "revocation_asked", {
      at,
      deed: "revocation_asked",
      detail: { reason: wish.reason },
    });
    await announce(tx, "enrollment/revocation.asked", { enrollment: enrollment.id });
    return false;
  });
  await ports.wakeOutbox();
  return { number: wish.number, already };
}
