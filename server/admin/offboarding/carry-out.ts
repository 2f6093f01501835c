/**
 * When the time to take it back is over: each person in a transaction of their own, however many workers are at it and however often one
 * is killed. Whoever was dealt with before is found to hold nothing any more.
 */
import { append } from "../../audit/append.ts";
import type { Transaction } from "../../db.ts";
import { endAllOf } from "../../enrollment/leave.ts";
import type { Offboarding, OffboardingPerson } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import type { Ports } from "../../ports.ts";
import { lockOffboarding, noteOf } from "./ask.ts";

const atOnce = 100;

/** When it is due; null where there is nothing to do (any more). */
export async function whenDue(ports: Ports, id: string): Promise<{ dueAt: string; isDue: boolean } | null> {
  const row = await ports.db.offboarding.findUnique({ where: { id } });
  if (row?.status !== "waiting") return null;
  return { dueAt: row.dueAt.toISOString(), isDue: row.dueAt <= ports.now() };
}

/** The next hundred people after a line; the line to go on from, or null after the last. */
export async function carryOutSome(ports: Ports, id: string, after: number): Promise<number | null> {
  const row = await ports.db.offboarding.findUniqueOrThrow({ where: { id } });
  const people = await ports.db.offboardingPerson.findMany({
    where: { offboardingId: id, line: { gt: after } },
    orderBy: { line: "asc" },
    take: atOnce,
  });
  for (const person of people) await letGo(ports, row, person);
  await ports.wakeOutbox();
  return people.length === atOnce ? (people.at(-1)?.line ?? null) : null;
}

/** What could not be ended is named, and holds up nobody else; it is tried once more before the off-boarding is over. */
async function letGo(ports: Ports, row: Offboarding, person: OffboardingPerson): Promise<void> {
  try {
    await ports.db.$transaction((tx) => letGoOf(ports, tx, row, person), {
      maxWait: 10_000,
      timeout: 30_000,
    });
  } catch (err) {
    log.error({ err, offboarding: row.id, line: person.line }, "a person could not be off-boarded");
    await noteFailed(ports, person);
  }
}

async function letGoOf(ports: Ports, tx: Transaction, row: Offboarding, person: OffboardingPerson) {
  const at = ports.now();
  const { offboardingId, line, memberId, asked } = person;
  // Shared: workers take turns at people only, while whoever takes it back waits, and then is too late.
  await tx.$queryRaw`SELECT id FROM "Offboarding" WHERE id = ${offboardingId} FOR SHARE`;
  const { status, dueAt } = await tx.offboarding.findUniqueOrThrow({ where: { id: offboardingId } });
  if (status !== "waiting" || dueAt > at) return;
  await cancelInvitations(tx, row, asked, at);
  if (memberId === null) return;
  await tx.$queryRaw`SELECT id FROM "Member" WHERE id = ${memberId} FOR UPDATE`;
  const by = row.source === "list" ? row.by : null;
  const ended = await endAllOf(tx, memberId, { at, by, words: row.reason });
  await tx.session.updateMany({ where: { memberId, endedAt: null }, data: { endedAt: at } });
  await takeRoles(tx, row, memberId, at);
  const before = await tx.offboardingPerson.findUniqueOrThrow({
    where: { offboardingId_line: { offboardingId, line } },
  });
  await tx.offboardingPerson.update({
    where: { offboardingId_line: { offboardingId, line } },
    data: { ended: [...new Set([...before.ended, ...ended])], failed: [] },
  });
}

/** A registrar of this institution is none any more; an operator's role is not its to take. */
async function takeRoles(tx: Transaction, row: Offboarding, memberId: string, at: Date): Promise<void> {
  const inForce = { OR: [{ expiresAt: null }, { expiresAt: { gt: at } }] };
  const where = { memberId, role: "registrar" as const, institutionId: row.institutionId, ...inForce };
  const { count } = await tx.role.updateMany({ where, data: { expiresAt: at } });
  if (count === 0) return;
  await append(tx, {
    deed: "role.taken",
    at,
    subject: "member",
    subjectId: memberId,
    memberId,
    institutionId: row.institutionId,
    before: { role: "registrar" },
    reason: row.reason,
  });
}

/** Also of somebody who has never been here. */
async function cancelInvitations(tx: Transaction, row: Offboarding, asked: string, at: Date): Promise<void> {
  await tx.invitation.updateMany({
    where: { institutionId: row.institutionId, eppn: asked.toLowerCase(), status: "waiting" },
    data: { status: "cancelled", settledAt: at },
  });
}

async function noteFailed(ports: Ports, { offboardingId, line, memberId }: OffboardingPerson): Promise<void> {
  if (memberId === null) return;
  await ports.db.$executeRaw`
    UPDATE "OffboardingPerson" SET failed = ARRAY(
      SELECT number FROM "Enrollment" WHERE "memberId" = ${memberId}
        AND status NOT IN ('revoking', 'revoked', 'expired', 'lapsed', 'failed', 'declined', 'cancelled') ORDER BY number)
    WHERE "offboardingId" = ${offboardingId} AND line = ${line}`;
}

/** Once more for whom it failed, and then it is done. Whatever failed even now stands in the report. */
export async function finishOffboarding(ports: Ports, id: string): Promise<void> {
  const row = await ports.db.offboarding.findUniqueOrThrow({ where: { id } });
  const failed = await ports.db.offboardingPerson.findMany({
    where: { offboardingId: id, failed: { isEmpty: false } },
  });
  for (const person of failed) await letGo(ports, row, person);
  await ports.db.$transaction(async (tx) => {
    const locked = await lockOffboarding(tx, id);
    const at = ports.now();
    if (locked.status !== "waiting" || locked.dueAt > at) return;
    await tx.offboarding.update({ where: { id }, data: { status: "done", endedAt: at } });
    const people = await tx.offboardingPerson.findMany({ where: { offboardingId: id } });
    const count = (of: "ended" | "failed") => people.reduce((sum, person) => sum + person[of].length, 0);
    const after = { ended: count("ended"), failed: count("failed") };
    await append(tx, { ...noteOf(row), deed: "offboarding.done", at, after, reason: row.reason });
  });
  await ports.wakeOutbox();
}

/** The whole of one, step after step: what the sweep does where the workflow was lost. */
export async function carryOutOffboarding(ports: Ports, id: string): Promise<void> {
  const due = await whenDue(ports, id);
  if (!due?.isDue) return;
  for (let after: number | null = 0; after !== null; ) after = await carryOutSome(ports, id, after);
  await finishOffboarding(ports, id);
}

const patience = 10 * 60_000;

/** Those whose workflow should have carried them out some minutes ago. How many there were. */
export async function carryOutOverdue(ports: Ports): Promise<number> {
  const overdue = await ports.db.offboarding.findMany({
    where: { status: "waiting", dueAt: { lt: new Date(ports.now().getTime() - patience) } },
    select: { id: true },
    orderBy: { dueAt: "asc" },
    take: 20,
  });
  for (const { id } of overdue) await carryOutOffboarding(ports, id);
  return overdue.length;
}
