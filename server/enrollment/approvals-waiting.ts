/** 承認待ち: whose registrars are to be reminded that applications wait for them. */
import type { Ports } from "../ports.ts";

const day = 86_400_000;
/** Less than a day, so that a reminder that went out late does not put off tomorrow's. */
const pause = 20 * 3_600_000;
/** An institution has a handful of registrars: beyond this something is wrong, and nobody is helped by more mails. */
const mostRegistrars = 50;

/** An institution with applications that wait for more than a day, and whom to remind: registrars in force, and `contact` where it names one. */
export type Overdue = { institution: string; count: number; registrars: string[]; contact: boolean };

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
    due.map(async ({ institution, count }) => {
      const [roles, { contact }] = await Promise.all([
        ports.db.role.findMany({
          where: {
            role: "registrar",
            institutionId: institution,
            OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
          },
          distinct: ["memberId"],
          orderBy: { memberId: "asc" },
          take: mostRegistrars,
          select: { memberId: true },
        }),
        ports.db.institution.findUniqueOrThrow({ where: { id: institution }, select: { contact: true } }),
      ]);
      const registrars = roles.map(({ memberId }) => memberId);
      return { institution, count, registrars, contact: contact !== "" };
    }),
  );
}

/** They have been told of all that waits now. */
export async function noteReminded(ports: Ports, institution: string): Promise<void> {
  await ports.db.$executeRaw`
    UPDATE "Approval" a SET "remindedAt" = ${ports.now()} FROM "Enrollment" e
    WHERE e.id = a."enrollmentId" AND e."institutionId" = ${institution} AND a."decidedAt" IS NULL`;
}
