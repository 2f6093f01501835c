/** What the workflows do with an order, step by step. Each may run any number of times. */
import type { Enrollment, Institution, Member, Order, OrderStatus } from "../generated/prisma/client.ts";
import { type CaOrder, keyOrigins, type Ports, type RevocationReason } from "../ports.ts";
import { hear, hearAll, isOpen } from "./orders.ts";
import { isUrlHeld } from "./release-url.ts";

/** Hands the order to the CA, unless it has ended meanwhile. */
export async function submitOrder(ports: Ports, orderId: string): Promise<void> {
  const order = await ports.db.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { enrollment: { include: { member: { include: { institution: true } } } } },
  });
  if (order.status !== "placed") return;
  await ports.ca.submit(orderOf(order, order.enrollment));
  // Withdrawn while it was on its way: what the CA has just made ready is for nobody.
  const { status } = await ports.db.order.findUniqueOrThrow({ where: { id: orderId } });
  if (status === "withdrawn") await ports.ca.close(orderId);
}

/** An order as the CA is given it. */
export function orderOf(
  order: Pick<Order, "id" | "purpose" | "months" | "sequence">,
  enrollment: Enrollment & { member: Member & { institution: Institution } },
): CaOrder {
  const { kind, dn, mail, number, serial, member } = enrollment;
  const { institution } = member;
  return {
    id: order.id,
    purpose: order.purpose,
    enrollmentId: enrollment.id,
    kind,
    months: order.months,
    dn,
    mail: kind === "smime" ? mail : null,
    number,
    sequence: order.sequence,
    holder: {
      name: member.displayNameJa ?? member.displayName,
      institutionId: institution.id,
      affiliation: institution.nameJa,
      mail,
    },
    replaces: order.purpose === "renew" ? serial : null,
    keyOrigins: keyOrigins.filter((origin) => institution.keyOrigins.includes(origin)),
  };
}

/** How far an order has come, by what the CA knows now, and how long there is left to collect it. */
export async function lookAtOrder(
  ports: Ports,
  orderId: string,
): Promise<{ status: OrderStatus; secondsLeft: number; urlHeld: boolean }> {
  // Brought again it does no harm: under another name, or to a CA that could not take it before, it is then on its way.
  await submitOrder(ports, orderId);
  const facts = await ports.ca.reconcile([orderId]);
  await ports.db.$transaction((tx) => hearAll(tx, facts, ports.now()));
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

/** 取消: what the CA may have made ready for an application that was ended is for nobody. */
export async function closeWithdrawn(ports: Ports, enrollmentId: string): Promise<void> {
  const orders = await ports.db.order.findMany({ where: { enrollmentId, status: "withdrawn" } });
  for (const { id } of orders) await ports.ca.close(id);
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

/** Whether there is a revoked certificate to tell of. */
export async function hasRevoked(ports: Ports, enrollmentId: string): Promise<boolean> {
  const { status } = await ports.db.enrollment.findUniqueOrThrow({ where: { id: enrollmentId } });
  return status === "revoked";
}

/** Whether the CA has told that it is done, or that it will not do it: there is then nothing more to wait for. */
export async function isRevoked(ports: Ports, enrollmentId: string): Promise<boolean> {
  const { status } = await ports.db.enrollment.findUniqueOrThrow({ where: { id: enrollmentId } });
  return status !== "revoking";
}
