/** The one way in which an application changes: by the table, with its history, its version and its event. */
import type { EventName, Events } from "../../inngest/events.ts";
import type { Transaction } from "../db.ts";
import type { Enrollment, Prisma } from "../generated/prisma/client.ts";
import { type Happening, isLiving, next, type Status } from "./lifecycle.ts";
import type { Deed } from "./views.ts";

/** What a happening leaves behind besides the new status. */
export type Trace = {
  at: Date;
  deed: Deed;
  detail?: Record<string, string | number>;
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
  enrollment: Pick<Enrollment, "id" | "status">,
  happening: Happening,
  trace: Trace,
): Promise<boolean> {
  const outcome = outcomeOf(enrollment, happening);
  if (!outcome) return false;
  await tx.enrollment.update({
    where: { id: enrollment.id },
    data: { ...trace.data, ...outcome, version: { increment: 1 } },
  });
  await remember(tx, enrollment.id, trace);
  return true;
}

/** Writes a line of the application's history. */
export async function remember(tx: Transaction, enrollmentId: string, trace: Trace): Promise<void> {
  await tx.historyEntry.create({
    data: { enrollmentId, at: trace.at, deed: trace.deed, detail: trace.detail ?? {} },
  });
}

/** Puts an event into the outbox: it reaches the workflows if, and only if, the transaction commits. */
export async function announce<N extends EventName>(
  tx: Transaction,
  name: N,
  data: Events[N],
): Promise<void> {
  await tx.outboxEvent.create({ data: { name, data } });
}
