/** 承認待ち: whose registrars are to be reminded that applications wait for them. */
import type { Ports } from "../ports.ts";
import { whoLooksAfter } from "./registrars.ts";

const day = 86_400_000;
/** Less than a day, so that a reminder that went out late does not put off tomorrow's. */
const pause = 20 * 3_600_000;

/** An institution with applications that wait for more than a day, and whom to remind (`whoLooksAfter`). */
export type Overdue = { institution: string; count: number; tell: (string | null)[] };

/** Institutions whose registrars were not reminded within the last day. Ids and numbers only. */
export async function overdueApprovals(ports: Ports): Promise<Overdue[]> {
  const now = ports.now();
  const before = new Date(now.getTime() - day);
  const waiting = await ports.db.$queryRaw<{ institution: string; count: number; remindedAt: Date | null }[]>`
    SELECT e."institutionId" AS institution, count(*)::int AS count, max(a."remindedAt") AS "remindedAt"
    FROM "Approval" a JOIN "Enrollment" e ON e.id = a."enrollmentId"
    WHERE a."decidedAt" IS NULL AND a."askedAt" < ${before} AND e.status = 'awaiting_approval'
    GROUP BY e."institutionId" ORDER BY e."institutionId"`;
  const due = waiting.filter(({ remindedAt }) => !remindedAt || now.getTime() - remindedAt.getTime() > pause);
  return Promise.all(
    due.map(async ({ institution, count }) => ({
      institution,
      count,
      tell: await whoLooksAfter(ports, institution),
    })),
  );
}

/** They have been told of all that waits now. */
export async function noteReminded(ports: Ports, institution: string): Promise<void> {
  await ports.db.$executeRaw`
    UPDATE "Approval" a SET "remindedAt" = ${ports.now()} FROM "Enrollment" e
    WHERE e.id = a."enrollmentId" AND e."institutionId" = ${institution} AND a."decidedAt" IS NULL`;
}
