/** 承認: where an institution wants it so, an application waits until one of its registrars lets it go to the CA, or declines it. */
import type { Transaction } from "../db.ts";
import { PortalError } from "../errors.ts";
import type { Enrollment } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import type { Scope } from "../roles.ts";
import { announce, happen } from "./change.ts";
import { expectLetter } from "./letters.ts";
import type { Status } from "./lifecycle.ts";
import { lockThat } from "./own.ts";

export type Decision = { approved: true } | { approved: false; reason: string };

/** `already`: somebody was faster, and `status` is what they made of it. */
export type Decided = { number: number; already: boolean; status: Status };

/** Nobody lets their own application through; only an operator, who answers for all institutions. */
export function mayDecide({ institutions }: Scope, by: string, applicant: string): boolean {
  return institutions === null || by !== applicant;
}

/** Notes that an application, made in this transaction, waits. */
export async function askApproval(
  tx: Transaction,
  { id, requestedAt }: Pick<Enrollment, "id" | "requestedAt">,
): Promise<void> {
  await tx.approval.create({ data: { enrollmentId: id, askedAt: requestedAt } });
}

/**
 * Lets the order go to the CA, or ends the application and mails its member the reason. Decided by two at once it is decided once, and
 * the second is told how.
 * @throws PortalError `not_found`, `own_application`
 */
export async function decideApplication(
  ports: Ports,
  { id, scope, by, decision }: { id: string; scope: Scope; by: string; decision: Decision },
): Promise<Decided> {
  const decided = await ports.db.$transaction(async (tx) => {
    const enrollment = await lockThat(tx, { id, institutions: scope.institutions });
    const { number, status, memberId } = enrollment;
    if (status !== "awaiting_approval") return { number, already: true, status };
    if (!mayDecide(scope, by, memberId)) throw new PortalError("own_application", { number });
    const at = ports.now();
    const reason = decision.approved ? null : decision.reason;
    await tx.approval.updateMany({
      where: { enrollmentId: id },
      data: { decidedAt: at, approved: decision.approved, by, reason },
    });
    if (decision.approved) await approve(tx, enrollment, at);
    else await decline(tx, enrollment, decision.reason, at);
    return { number, already: false, status: decision.approved ? "requested" : "declined" } as const;
  });
  await ports.wakeOutbox();
  return decided;
}

async function approve(tx: Transaction, enrollment: Enrollment, at: Date): Promise<void> {
  const { id } = await tx.order.findFirstOrThrow({
    where: { enrollmentId: enrollment.id, status: "awaiting" },
  });
  // Only now is it an order of the CA's: its times count from here.
  await tx.order.update({ where: { id }, data: { status: "placed", placedAt: at } });
  await happen(tx, enrollment, "approved", { at, deed: "approved" });
  await announce(tx, "enrollment/order.placed", { order: id, purpose: "issue" });
}

async function decline(tx: Transaction, enrollment: Enrollment, reason: string, at: Date): Promise<void> {
  const { id } = enrollment;
  await tx.order.updateMany({
    where: { enrollmentId: id, status: "awaiting" },
    data: { status: "withdrawn" },
  });
  await happen(tx, enrollment, "declined", { at, deed: "declined", detail: { reason }, reason });
  await expectLetter(tx, enrollment, { kind: "declined", about: id, at });
  await announce(tx, "enrollment/turned.down", { enrollment: id });
}
