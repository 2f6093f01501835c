/** 取消: a registrar ends an application of which there is no certificate yet. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import { announce, happen } from "./change.ts";
import { expectLetter } from "./letters.ts";
import { lockThat } from "./own.ts";
import { withdrawOrders } from "./revoke.ts";

/**
 * Its order is withdrawn and closed at the CA, and its member is mailed `reason`. What was fetched at the very moment all the same exists,
 * and the application says so. Asked twice, the second finds it cancelled.
 * @throws PortalError `not_found`, `not_cancellable` once there is a certificate, or the application has ended
 */
export async function cancelApplication(
  ports: Ports,
  wish: { id: string; institutions: readonly string[] | null; by: string; reason: string },
): Promise<{ number: number; already: boolean }> {
  const answer = await ports.db.$transaction(async (tx) => {
    const enrollment = await lockThat(tx, wish);
    const { number } = enrollment;
    return { number, already: !(await cancel(tx, enrollment, { ...wish, at: ports.now() })) };
  });
  await ports.wakeOutbox();
  return answer;
}

/**
 * The same for an application that this transaction has locked. False where it was cancelled before. `by`: null for a rule of the institution.
 * @throws PortalError `not_cancellable`
 */
export async function cancel(
  tx: Transaction,
  enrollment: Enrollment,
  { at, by, reason }: { at: Date; by: string | null; reason: string },
): Promise<boolean> {
  const { id, status } = enrollment;
  if (status === "cancelled") return false;
  const trace = { at, deed: "cancelled", detail: { reason }, reason } as const;
  if (!(await happen(tx, enrollment, "cancelled", trace)))
    throw new PortalError("not_cancellable", { status });
  await withdrawOrders(tx, id);
  await tx.approval.updateMany({
    where: { enrollmentId: id, decidedAt: null },
    data: { decidedAt: at, by, reason },
  });
  await expectLetter(tx, enrollment, { kind: "cancelled", about: id, at });
  await announce(tx, "enrollment/turned.down", { enrollment: id });
  return true;
}
