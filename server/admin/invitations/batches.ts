/** Lists that were made, with what came of each line. */
import type { Database } from "../../db.ts";
import { PortalError } from "../../errors.ts";
import type { Invitation, InvitationStatus } from "../../generated/prisma/client.ts";
import type { Scope } from "../../roles.ts";
import { within } from "../given/draft.ts";
import { tableOf } from "../offboarding/report.ts";
import { columns } from "./plan.ts";

export type Batch = {
  batch: string;
  institution: { nameJa: string; nameEn: string };
  createdAt: Date;
  by: string;
  counts: Record<InvitationStatus, number>;
};

export type InvitationRow = Pick<
  Invitation,
  "id" | "line" | "eppn" | "kind" | "months" | "mail" | "status" | "problem" | "settledAt"
> & { number: number | null; enrollmentId: string | null };

type Counted = Record<InvitationStatus, number> & {
  batch: string;
  createdAt: Date;
  createdBy: string;
  nameJa: string;
  nameEn: string;
  displayName: string | null;
};

const most = 100;

/** The newest hundred, the newest first. */
export async function listBatches(db: Database, { institutions }: Scope, batch?: string): Promise<Batch[]> {
  const rows = await db.$queryRaw<Counted[]>`
    SELECT v.batch, v."createdBy", min(v."createdAt") AS "createdAt", i."nameJa", i."nameEn", m."displayName",
      count(*) FILTER (WHERE v.status = 'waiting')::int AS waiting, count(*) FILTER (WHERE v.status = 'made')::int AS made,
      count(*) FILTER (WHERE v.status = 'refused')::int AS refused,
      count(*) FILTER (WHERE v.status = 'cancelled')::int AS cancelled
    FROM "Invitation" v JOIN "Institution" i ON i.id = v."institutionId" LEFT JOIN "Member" m ON m.id = v."createdBy"
    WHERE (${institutions === null} OR v."institutionId" = ANY(${[...(institutions ?? [])]}::text[]))
      AND (${batch ?? null}::text IS NULL OR v.batch = ${batch ?? null})
    GROUP BY v.batch, v."institutionId", v."createdBy", i."nameJa", i."nameEn", m."displayName"
    ORDER BY "createdAt" DESC, v.batch LIMIT ${most}`;
  return rows.map(({ nameJa, nameEn, createdBy, displayName, createdAt, batch, ...counts }) => ({
    batch,
    createdAt,
    institution: { nameJa, nameEn },
    by: displayName ?? createdBy,
    counts,
  }));
}

/** @throws PortalError `not_found`, also for another institution's */
export async function batchOf(
  db: Database,
  { batch, scope, after, take }: { batch: string; scope: Scope; after: number; take: number },
): Promise<{ batch: Batch; rows: InvitationRow[] }> {
  const [found] = await listBatches(db, scope, batch);
  if (!found) throw new PortalError("not_found");
  const rows = await db.invitation.findMany({
    where: { batch, line: { gt: after }, ...within(scope) },
    orderBy: { line: "asc" },
    take,
  });
  const numbers = await db.enrollment.findMany({
    where: { id: { in: rows.flatMap(({ enrollmentId }) => enrollmentId ?? []) } },
    select: { id: true, number: true },
  });
  return {
    batch: found,
    rows: rows.map(({ institutionId: _, batch: __, createdBy: ___, createdAt: ____, ...row }) => ({
      ...row,
      number: numbers.find(({ id }) => id === row.enrollmentId)?.number ?? null,
    })),
  };
}

/** Every line with its result, for spreadsheets. @throws PortalError `not_found` */
export async function batchFile(db: Database, wish: { batch: string; scope: Scope }): Promise<string> {
  const { rows } = await batchOf(db, { ...wish, after: 0, take: 20_000 });
  const lines = rows.map(({ line, eppn, kind, months, mail, status, problem, number }) => [
    ...[line, eppn, kind, months, mail ?? "", status, problem ?? "", number ?? ""],
  ]);
  return tableOf([["line", ...columns, "status", "problem", "number"], ...lines]);
}

/** What a list looks like, to be filled in. */
export function template(): string {
  return tableOf([
    [...columns],
    ["hanako@example.ac.jp", "client", 13, ""],
    ["taro@example.ac.jp", "smime", 25, "taro@example.ac.jp"],
  ]);
}
