/** What the workflows do with an order, step by step. Each may run any number of times. */
import type { OrderStatus } from "../generated/prisma/client.ts";
import { keyOrigins, type Ports, type RevocationReason } from "../ports.ts";
import { hear, isOpen } from "./orders.ts";
import { isUrlHeld } from "./release-url.ts";

/** Hands the order to the CA, unless it has ended meanwhile. */
export async function submitOrder(ports: Ports, orderId: string): Promise<void> {
  const order = await ports.db.order.findUniqueOrThrow({
    where: { id: orderId },
    include: {
      enrollment: { include: { member: { select: { institution: { select: { keyOrigins: true } } } } } },
    },
  });
  if (order.status !== "placed") return;
  const { kind, dn, mail, member } = order.enrollment;
  await ports.ca.submit({
    id: order.id,
    kind,
    months: order.months,
    dn,
    mail: kind === "smime" ? mail : null,
    keyOrigins: keyOrigins.filter((origin) => member.institution.keyOrigins.includes(origin)),
  });
  // Withdrawn while it was on its way: what the CA has just made ready is for nobody.
  const { status } = await ports.db.order.findUniqueOrThrow({ where: { id: orderId } });
  if (status === "withdrawn") await ports.ca.close(orderId);
}

/** How far an order has come, by what the CA knows now, and how long there is left to collect it. */
export async function lookAtOrder(
  ports: Ports,
  orderId: string,
): Promise<{ status: OrderStatus; secondsLeft: number; urlHeld: boolean }> {
  const facts = await ports.ca.reconcile([orderId]);
  await ports.db.$transaction((tx) => hear(tx, facts, ports.now()));
  const order = await ports.db.order.findUniqueOrThrow({ where: { id: orderId } });
  const { status, collectUntil } = order;
  const left = collectUntil
    ? (collectUntil.getTime() - ports.now().getTime()) / 1000
    : Number.POSITIVE_INFINITY;
  const secondsLeft = Math.max(0, Math.ceil(Math.min(left, 86_400)));
  return { status, secondsLeft, urlHeld: isUrlHeld(order) };
}

/** 取得期限切れ: what was not fetched in its time is closed at the CA, which tells so. */
export async function lapseOrder(ports: Ports, orderId: string): Promise<void> {
  const { status } = await ports.db.order.findUniqueOrThrow({ where: { id: orderId } });
  if (isOpen(status)) await ports.ca.close(orderId);
}

/** エラー: the CA could not be brought to take the order. */
export async function giveUpOrder(ports: Ports, orderId: string, code: string): Promise<void> {
  await ports.db.$transaction((tx) => hear(tx, [{ type: "refused", orderId, code }], ports.now()));
}

/** Has the CA revoke whatever was issued under the application. True once it has. */
export async function revokeAtCa(ports: Ports, enrollmentId: string): Promise<boolean> {
  const { status, orders, revocations } = await ports.db.enrollment.findUniqueOrThrow({
    where: { id: enrollmentId },
    include: { orders: { select: { id: true } }, revocations: true },
  });
  const [revocation] = revocations;
  if (status === "revoked" || !revocation) return true;
  await ports.ca.revoke({
    enrollmentId,
    orderIds: orders.map(({ id }) => id),
    reason: revocation.reason as RevocationReason,
  });
  return isRevoked(ports, enrollmentId);
}

/** Whether the CA has told that it is done. */
export async function isRevoked(ports: Ports, enrollmentId: string): Promise<boolean> {
  const { status } = await ports.db.enrollment.findUniqueOrThrow({ where: { id: enrollmentId } });
  return status === "revoked";
}
