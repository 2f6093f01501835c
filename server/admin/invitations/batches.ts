/** Lists that were made, with what came of each line. */
import type { Database } from "../../db.ts";
import { PortalError } from "../../errors.ts";
import { type Invitation, type InvitationStatus, Prisma } from "../../generated/prisma/client.ts";
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

const perPage = 50;

/** The newest first. `before`: the list that the page before ended with. */
export async function listBatches(
  db: Database,
  { scope, before }: { scope: Scope; before?: string | undefined },
): Promise<{ batches: Batch[]; next: string | null }> {
  const place = Prisma.sql`SELECT min("createdAt"), ${before} FROM "Invitation" WHERE batch = ${before}`;
  const beyond =
    before === undefined ? Prisma.empty : Prisma.sql`HAVING (min(v."createdAt"), v.batch) < (${place})`;
  const found = await batchesWhere(db, inScope(scope), beyond);
  const batches = found.slice(0, perPage);
  return { batches, next: found.length > perPage ? (batches.at(-1)?.batch ?? null) : null };
}

function inScope({ institutions }: Scope): Prisma.Sql {
  return institutions === null
    ? Prisma.sql`TRUE`
    : Prisma.sql`v."institutionId" = ANY(${[...institutions]}::text[])`;
}

async function batchesWhere(
  db: Database,
  condition: Prisma.Sql,
  having: Prisma.Sql = Prisma.empty,
): Promise<Batch[]> {
  const rows = await db.$queryRaw<Counted[]>`
    SELECT v.batch, v."createdBy", min(v."createdAt") AS "createdAt", i."nameJa", i."nameEn", m."displayName",
      count(*) FILTER (WHERE v.status = 'waiting')::int AS waiting, count(*) FILTER (WHERE v.status = 'made')::int AS made,
      count(*) FILTER (WHERE v.status = 'refused')::int AS refused,
      count(*) FILTER (WHERE v.status = 'cancelled')::int AS cancelled
    FROM "Invitation" v JOIN "Institution" i ON i.id = v."institutionId" LEFT JOIN "Member" m ON m.id = v."createdBy"
    WHERE ${condition}
    GROUP BY v.batch, v."institutionId", v."createdBy", i."nameJa", i."nameEn", m."displayName" ${having}
    ORDER BY "createdAt" DESC, v.batch DESC LIMIT ${perPage + 1}`;
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
  const [found] = await batchesWhere(db, Prisma.sql`${inScope(scope)} AND v.batch = ${batch}`);
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
