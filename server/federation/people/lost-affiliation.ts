/**
 * Whoever comes without any of the affiliations that their institution asks for is to leave it: an off-boarding for this one person, which
 * a login that states one of them again takes back. Who states no affiliation at all is not known to have lost any.
 */
import { randomUUID } from "node:crypto";
import type { EventName } from "../../../inngest/events.ts";
import { append } from "../../audit/append.ts";
import type { Transaction } from "../../db.ts";
import type { Federation } from "../world.ts";
import { keptOf, type Reading } from "./attributes.ts";

/** Read by registrars in the audit and by the member in the mail of the revocation: in both languages, for it is kept as it is. */
const reason =
  "所属機関の利用資格(eduPersonAffiliation)の喪失 / No affiliation (eduPersonAffiliation) that the institution asks for";
const asked: EventName = "admin/offboarding.asked";

/** What was stated, in small letters and without scopes; empty: nothing is known. */
export function affiliationsIn(reading: Reading): string[] {
  const scoped = keptOf(reading, "scopedAffiliation").map((value) => value.split("@")[0] ?? "");
  const all = [...keptOf(reading, "affiliation"), ...scoped].map((value) => value.toLowerCase());
  return [...new Set(all.filter((value) => value !== ""))];
}

/** In a transaction of its own, one login of a member after the other: however many there are at once, one waits. */
export async function followAffiliation(
  { db, now }: Pick<Federation, "db" | "now">,
  reading: Reading,
  whose: { memberId: string; institutionId: string },
): Promise<void> {
  const stated = affiliationsIn(reading);
  if (stated.length === 0) return;
  await db.$transaction(async (tx) => {
    const { memberId, institutionId } = whose;
    await tx.$queryRaw`SELECT 1 FROM "Member" WHERE "id" = ${memberId} FOR UPDATE`;
    const { affiliations, undoHours } = await tx.institution.findUniqueOrThrow({
      where: { id: institutionId },
    });
    const isOne = affiliations.length === 0 || affiliations.some((one) => stated.includes(one.toLowerCase()));
    const waiting = await tx.offboarding.findFirst({
      where: { source: "affiliation", status: "waiting", people: { some: { memberId } } },
      select: { id: true },
    });
    if (isOne && waiting) await takeBack(tx, waiting.id, whose, now());
    if (!isOne && !waiting) await ask(tx, { ...whose, stated, undoHours }, now());
  });
}

async function ask(
  tx: Transaction,
  wish: { memberId: string; institutionId: string; stated: readonly string[]; undoHours: number },
  at: Date,
): Promise<void> {
  const { memberId, institutionId, stated, undoHours } = wish;
  const { eppn, subject } = await tx.member.findUniqueOrThrow({ where: { id: memberId } });
  const dueAt = new Date(at.getTime() + undoHours * 3_600_000);
  const { id } = await tx.offboarding.create({
    data: {
      ...{ institutionId, source: "affiliation", reason, requestKey: `affiliation:${randomUUID()}` },
      ...{ createdAt: at, dueAt },
      people: { create: { line: 1, asked: eppn ?? subject, memberId } },
    },
  });
  const after = { people: 1, stated, dueAt: dueAt.toISOString() };
  const whose = { subject: "offboarding", subjectId: id, institutionId, memberId } as const;
  await append(tx, { deed: "offboarding.asked", at, ...whose, after, reason });
  await tx.outboxEvent.create({ data: { name: asked, data: { offboarding: id } } });
}

/** Under the lock of its row: once it is being carried out it is too late. */
async function takeBack(
  tx: Transaction,
  id: string,
  { memberId, institutionId }: { memberId: string; institutionId: string },
  at: Date,
): Promise<void> {
  const { count } = await tx.offboarding.updateMany({
    where: { id, status: "waiting", dueAt: { gt: at } },
    data: { status: "undone", endedAt: at, undoneBy: memberId },
  });
  if (count === 0) return;
  const whose = { subject: "offboarding", subjectId: id, institutionId, memberId } as const;
  await append(tx, { deed: "offboarding.undone", at, ...whose });
}
