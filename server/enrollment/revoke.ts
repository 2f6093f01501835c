/** 失効申請: the certificate is ended for good, by its holder, or by their institution in their place. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment } from "../generated/prisma/client.ts";
import type { Ports, RevocationReason } from "../ports.ts";
import { announce, happen } from "./change.ts";
import { hindranceToRevocation } from "./lifecycle.ts";
import { isOpen } from "./orders.ts";
import { lockThat, type Whose } from "./own.ts";

/** In the holder's place: the member who asks for it (null: a rule of the institution), and why, as the holder will read it. */
export type InPlace = { by: string | null; words: string };

/**
 * Asks the CA to revoke; a renewal under way is withdrawn with it. Asked twice, the second finds it asked.
 * @throws PortalError `not_found`, `not_revocable`
 */
export async function revokeCertificate(
  ports: Ports,
  wish: Whose & { reason: RevocationReason; inPlace?: InPlace },
): Promise<{ number: number; already: boolean }> {
  const answer = await ports.db.$transaction(async (tx) => {
    const enrollment = await lockThat(tx, wish);
    const asked = await askRevocation(tx, enrollment, { ...wish, at: ports.now() });
    return { number: enrollment.number, already: !asked };
  });
  await ports.wakeOutbox();
  return answer;
}

/**
 * The same for an application that this transaction has locked. False where it was asked for before.
 * @throws PortalError `not_revocable`
 */
export async function askRevocation(
  tx: Transaction,
  enrollment: Enrollment,
  { at, reason, inPlace }: { at: Date; reason: RevocationReason; inPlace?: InPlace },
): Promise<boolean> {
  const { id, status } = enrollment;
  if (status === "revoking" || status === "revoked") return false;
  const hindrance = hindranceToRevocation(status);
  if (hindrance) throw new PortalError("not_revocable", { because: hindrance });

  await withdrawOrders(tx, id);
  const { by = null, words = null } = inPlace ?? {};
  await tx.revocation.create({ data: { enrollmentId: id, reason, askedAt: at, by, words } });
  await happen(tx, enrollment, "revocation_asked", {
    at,
    deed: "revocation_asked",
    detail: inPlace ? { reason, by: "registrar", words: inPlace.words } : { reason },
    reason: words,
  });
  await announce(tx, "enrollment/revocation.asked", { enrollment: id });
  return true;
}

/** What is under way of an application is wanted no more. */
export async function withdrawOrders(tx: Transaction, enrollmentId: string): Promise<void> {
  const orders = await tx.order.findMany({ where: { enrollmentId } });
  for (const { id } of orders.filter(({ status }) => isOpen(status) || status === "awaiting")) {
    await tx.order.update({ where: { id }, data: { status: "withdrawn" } });
    await announce(tx, "enrollment/order.changed", { order: id });
  }
}
