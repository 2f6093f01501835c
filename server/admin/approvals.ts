/** 承認: the applications that wait for a registrar, the oldest first, and many decided at once. */
import { type Decision, decideApplication, mayDecide } from "../enrollment/approval.ts";
import type { Status } from "../enrollment/lifecycle.ts";
import { PortalError } from "../errors.ts";
import type { Prisma } from "../generated/prisma/client.ts";
import type { Ports } from "../ports.ts";
import type { Looker } from "./application.ts";

/** As many as one form holds; what does not fit moves up when these are decided. */
export const mostAtOnce = 100;

export type WaitingRow = Awaited<ReturnType<typeof waitingApprovals>>["rows"][number];

export async function waitingApprovals({ db }: Ports, { scope, by }: Looker) {
  const where = { status: "awaiting_approval", ...within(scope) } satisfies Prisma.EnrollmentWhereInput;
  const [rows, count] = await Promise.all([
    db.enrollment.findMany({
      where,
      include: { member: { include: { institution: true } } },
      orderBy: [{ requestedAt: "asc" }, { id: "asc" }],
      take: mostAtOnce,
    }),
    db.enrollment.count({ where }),
  ]);
  return {
    count,
    rows: rows.map(({ id, number, kind, months, mail, requestedAt, member }) => ({
      ...{ id, number, kind, months, mail, requestedAt },
      name: member.displayNameJa ?? member.displayName,
      nameLatin: member.displayName,
      eppn: member.eppn,
      institution: { nameJa: member.institution.nameJa, nameEn: member.institution.nameEn },
      /** Nobody decides on their own. */
      isOwn: !mayDecide(scope, by, member.id),
    })),
  };
}

function within({ institutions }: Looker["scope"]): Prisma.EnrollmentWhereInput {
  return institutions ? { institutionId: { in: [...institutions] } } : {};
}

/** What came of one of many: decided now; decided before, as `status` says; one's own; or not there (any more). */
export const bulkOutcomes = ["done", "already", "own", "gone"] as const;
export type BulkOutcome = (typeof bulkOutcomes)[number];

/** One after the other, each in a transaction of its own: what cannot be decided holds up no other. */
export async function decideMany(
  ports: Ports,
  { ids, decision, scope, by }: { ids: readonly string[]; decision: Decision } & Looker,
): Promise<{ id: string; outcome: BulkOutcome }[]> {
  const results: { id: string; outcome: BulkOutcome }[] = [];
  for (const id of new Set(ids)) {
    results.push({
      id,
      outcome: await outcomeOf(() => decideApplication(ports, { id, scope, by, decision })),
    });
  }
  return results;
}

async function outcomeOf(decide: () => Promise<{ already: boolean }>): Promise<BulkOutcome> {
  try {
    return (await decide()).already ? "already" : "done";
  } catch (error) {
    if (error instanceof PortalError && error.code === "own_application") return "own";
    if (error instanceof PortalError && error.code === "not_found") return "gone";
    throw error;
  }
}

/** Of those that were decided at once: what is there to name them by, and how they stand. */
export async function namedApplications(
  { db }: Ports,
  { ids, scope }: { ids: readonly string[] } & Pick<Looker, "scope">,
): Promise<{ id: string; number: number; name: string; status: Status }[]> {
  const rows = await db.enrollment.findMany({
    where: { id: { in: [...ids] }, ...within(scope) },
    include: { member: true },
    orderBy: [{ requestedAt: "asc" }, { id: "asc" }],
  });
  return rows.map(({ id, number, status, member }) => ({
    ...{ id, number, status },
    name: member.displayNameJa ?? member.displayName,
  }));
}
