/** People are to leave: that is noted, waits as long as it can be taken back, and is taken back. */
import { append } from "../../audit/append.ts";
import type { Database, Transaction } from "../../db.ts";
import { announce } from "../../enrollment/change.ts";
import { PortalError } from "../../errors.ts";
import { type Offboarding, Prisma } from "../../generated/prisma/client.ts";
import type { Ports } from "../../ports.ts";
import type { Scope } from "../../roles.ts";
import { institutionIn, within } from "../given/draft.ts";
import type { GivenLine } from "../given/list.ts";
import { planOffboarding } from "./plan.ts";

export type Asking = {
  institutionId: string;
  lines: readonly GivenLine[];
  reason: string;
  source: "list" | "api";
  /** The member or the token. */
  by: string;
  /** The same request sent twice is one. */
  key: string;
  scope: Scope;
};

/**
 * Waits for as many hours as the institution has set; with none it is carried out at once. Asked twice by the same key it is one, however
 * close together. `differs`: what was asked for before by this key is something else.
 * @throws PortalError `not_found`, `invalid_input` where nobody of the list is known
 */
export async function askOffboarding(
  ports: Ports,
  asking: Asking,
): Promise<{ id: string; already: boolean; differs: boolean }> {
  try {
    const made = await ports.db.$transaction((tx) => ask(ports, tx, asking), { timeout: 30_000 });
    if (!made.already) await ports.wakeOutbox();
    return made;
  } catch (error) {
    // Another request with this key was faster by a moment.
    const known = isTwin(error) ? await askedBefore(ports.db, asking) : null;
    if (!known) throw error;
    return known;
  }
}

async function ask(ports: Ports, tx: Transaction, asking: Asking) {
  const { institutionId, lines, reason, source, by, key } = asking;
  const institution = await institutionIn(tx, asking.scope, institutionId);
  const before = await askedBefore(tx, asking);
  if (before) return before;
  const now = ports.now();
  const { people, notFound, counts } = await planOffboarding(tx, { institutionId, lines, now });
  if (people.length === 0) throw new PortalError("invalid_input", { field: "people" });
  const dueAt = new Date(now.getTime() + institution.undoHours * 3_600_000);
  const { id } = await tx.offboarding.create({
    data: { institutionId, source, by, reason, requestKey: key, createdAt: now, dueAt },
  });
  await tx.offboardingPerson.createMany({
    data: [
      ...people.map(({ line, asked, memberId }) => ({ offboardingId: id, line, asked, memberId })),
      ...notFound.map(({ line, asked }) => ({ offboardingId: id, line, asked, memberId: null })),
    ],
  });
  const after = { ...counts, source, dueAt: dueAt.toISOString() };
  await append(tx, { ...noteOf({ id, institutionId }), deed: "offboarding.asked", at: now, after, reason });
  await announce(tx, "admin/offboarding.asked", { offboarding: id });
  return { id, already: false, differs: false };
}

/** The same key is the same request only where it names the same people for the same reason. */
async function askedBefore(db: Pick<Database, "offboarding">, asking: Asking) {
  const { institutionId, key: requestKey, lines, reason } = asking;
  const before = await db.offboarding.findUnique({
    where: { institutionId_requestKey: { institutionId, requestKey } },
    include: { people: { select: { asked: true } } },
  });
  if (!before) return null;
  const named = (all: readonly string[]) =>
    [...new Set(all.map((one) => one.toLowerCase()))].sort().join("\n");
  const isSame =
    before.reason === reason &&
    named(before.people.map(({ asked }) => asked)) ===
      named(lines.map(({ cells: [first = ""] }) => first).filter((first) => first.toLowerCase() !== "eppn"));
  return { id: before.id, already: true, differs: !isSame };
}

export type Undone = "undone" | "already" | "too_late";

/** Nothing of it is done then. `too_late`: its time is over, or it is being carried out. @throws PortalError `not_found` */
export async function undoOffboarding(
  ports: Ports,
  { id, scope, by }: { id: string; scope: Scope; by: string },
): Promise<Undone> {
  return ports.db.$transaction(async (tx) => {
    const found = await tx.offboarding.findFirst({ where: { id, ...within(scope) }, select: { id: true } });
    if (!found) throw new PortalError("not_found");
    const row = await lockOffboarding(tx, id);
    if (row.status === "undone") return "already";
    if (!(await isUndoable(tx, row, ports.now()))) return "too_late";
    await endAsUndone(tx, row, { at: ports.now(), by });
    return "undone";
  });
}

async function isUndoable(tx: Transaction, { id, status, dueAt }: Offboarding, now: Date): Promise<boolean> {
  if (status !== "waiting" || dueAt <= now) return false;
  // By the clock of another machine it can have begun.
  const begun = await tx.offboardingPerson.count({
    where: { offboardingId: id, OR: [{ ended: { isEmpty: false } }, { failed: { isEmpty: false } }] },
  });
  return begun === 0;
}

/** Under the lock of its row. */
async function endAsUndone(
  tx: Transaction,
  { id, institutionId }: Offboarding,
  { at, by }: { at: Date; by: string },
): Promise<void> {
  await tx.offboarding.update({ where: { id }, data: { status: "undone", endedAt: at, undoneBy: by } });
  await append(tx, { ...noteOf({ id, institutionId }), deed: "offboarding.undone", at });
}

export async function lockOffboarding(tx: Transaction, id: string): Promise<Offboarding> {
  await tx.$queryRaw`SELECT id FROM "Offboarding" WHERE id = ${id} FOR UPDATE`;
  return tx.offboarding.findUniqueOrThrow({ where: { id } });
}

/** What every audit entry about it begins with. */
export function noteOf({ id, institutionId }: { id: string; institutionId: string }) {
  return { subject: "offboarding", subjectId: id, institutionId } as const;
}

export function isTwin(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}
