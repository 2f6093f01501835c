/** The one way in which an application changes: by the table, with its history, its version and its event. */
import type { EventName, Events } from "../../inngest/events.ts";
import type { Actor } from "../audit/actor.ts";
import { append, type Facts } from "../audit/append.ts";
import type { Transaction } from "../db.ts";
import type { Enrollment, Prisma } from "../generated/prisma/client.ts";
import { type Happening, isLiving, next, type Status } from "./lifecycle.ts";
import type { Deed } from "./views.ts";

/** What a happening leaves behind besides the new status. */
export type Trace = {
  at: Date;
  deed: Deed;
  detail?: Record<string, string | number>;
  /** For the audit only: the words of who did it, and who that was where it is not who is acting. */
  reason?: string | null;
  by?: Actor;
  data?: Prisma.EnrollmentUpdateInput;
};

/** Takes the row for this transaction, so that two deeds on one application follow each other. */
export async function lockEnrollment(tx: Transaction, id: string): Promise<Enrollment> {
  await tx.$queryRaw`SELECT id FROM "Enrollment" WHERE id = ${id} FOR UPDATE`;
  return tx.enrollment.findUniqueOrThrow({ where: { id } });
}

/** What a happening makes of an application, or null where the table knows no such way. */
export function outcomeOf(
  { status: before }: Pick<Enrollment, "status">,
  happening: Happening,
): { status: Status; exclusiveKey?: null } | null {
  const status = next(before, happening);
  if (!status) return null;
  return isLiving(status) ? { status } : { status, exclusiveKey: null };
}

/** Moves a locked application on; false, and nothing done, where the table knows no such way. */
export async function happen(
  tx: Transaction,
  enrollment: Affair & Pick<Enrollment, "status">,
  happening: Happening,
  trace: Trace,
): Promise<boolean> {
  const outcome = outcomeOf(enrollment, happening);
  if (!outcome) return false;
  await tx.enrollment.update({
    where: { id: enrollment.id },
    data: { ...trace.data, ...outcome, version: { increment: 1 } },
  });
  await remember(tx, enrollment, trace, {
    before: { status: enrollment.status },
    after: { status: outcome.status },
  });
  return true;
}

/** An application as its history and the audit know it. */
export type Affair = Pick<Enrollment, "id" | "memberId" | "institutionId">;

/** Writes a line of the application's history, and an entry of the audit. */
export async function remember(
  tx: Transaction,
  enrollment: Affair,
  { at, deed, detail = {}, reason = null }: Trace,
  { before = null, after = null }: { before?: Facts | null; after?: Facts | null } = {},
): Promise<void> {
  await tx.historyEntry.create({ data: { enrollmentId: enrollment.id, at, deed, detail } });
  await append(tx, { ...auditOf(enrollment, deed), at, before, after: { ...after, ...detail }, reason });
}

/** What every audit entry about an application begins with. */
export function auditOf({ id, memberId, institutionId }: Affair, deed: Deed) {
  return {
    deed: `enrollment.${deed}` as const,
    subject: "enrollment" as const,
    subjectId: id,
    memberId,
    institutionId,
  };
}

/** Puts an event into the outbox: it reaches the workflows if, and only if, the transaction commits. */
export async function announce<N extends EventName>(
  tx: Transaction,
  name: N,
  data: Events[N],
): Promise<void> {
  await tx.outboxEvent.create({ data: { name, data } });
}
