/** What was asked for, and what came of it. */
import { stringify } from "csv-stringify/sync";
import type { Database } from "../../db.ts";
import { PortalError } from "../../errors.ts";
import type { Offboarding } from "../../generated/prisma/client.ts";
import type { Scope } from "../../roles.ts";
import { within } from "../given/draft.ts";

export type OffboardingSummary = Pick<
  Offboarding,
  "id" | "source" | "reason" | "createdAt" | "dueAt" | "status" | "endedAt"
> & {
  institution: { nameJa: string; nameEn: string };
  /** Name of the member or the token; null for the institution's own statement. */
  by: string | null;
  undoneBy: string | null;
  counts: { people: number; notFound: number; ended: number; failed: number };
  isUndoable: boolean;
};

export type ReportLine = {
  line: number;
  asked: string;
  name: { displayName: string; displayNameJa: string | null } | null;
  ended: readonly number[];
  failed: readonly number[];
};

const perPage = 50;

/** The newest first. */
export async function listOffboardings(
  db: Database,
  { scope, before, now }: { scope: Scope; before?: string | undefined; now: Date },
): Promise<{ offboardings: OffboardingSummary[]; next: string | null }> {
  const rows = await db.offboarding.findMany({
    where: within(scope),
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    ...(before && { cursor: { id: before }, skip: 1 }),
    take: perPage + 1,
  });
  const shown = rows.slice(0, perPage);
  return {
    offboardings: await summariesOf(db, shown, now),
    next: rows.length > perPage ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** @throws PortalError `not_found`, also for another institution's */
export async function offboardingOf(
  db: Database,
  { id, scope, now }: { id: string; scope: Scope; now: Date },
): Promise<OffboardingSummary> {
  const row = await db.offboarding.findFirst({ where: { id, ...within(scope) } });
  const [summary] = row ? await summariesOf(db, [row], now) : [];
  if (!summary) throw new PortalError("not_found");
  return summary;
}

/** Lines in their order. @throws PortalError `not_found` */
export async function reportLines(
  db: Database,
  { id, scope, after, take }: { id: string; scope: Scope; after: number; take: number },
): Promise<ReportLine[]> {
  if (!(await db.offboarding.findFirst({ where: { id, ...within(scope) }, select: { id: true } })))
    throw new PortalError("not_found");
  const rows = await db.offboardingPerson.findMany({
    where: { offboardingId: id, line: { gt: after } },
    orderBy: { line: "asc" },
    take,
  });
  const names = await namesOf(
    db,
    rows.map(({ memberId }) => memberId),
  );
  return rows.map(({ line, asked, memberId, ended, failed }) => ({
    line,
    asked,
    name: (memberId && names.get(memberId)) || null,
    ended,
    failed,
  }));
}

/** The whole report as a table for spreadsheets. @throws PortalError `not_found` */
export async function reportFile(db: Database, wish: { id: string; scope: Scope }): Promise<string> {
  const lines = await reportLines(db, { ...wish, after: 0, take: 20_000 });
  const rows = lines.map(({ line, asked, name, ended, failed }) => [
    line,
    asked,
    name?.displayName ?? "",
    name ? "found" : "not_found",
    ended.join(" "),
    failed.join(" "),
  ]);
  return tableOf([["line", "eppn", "name", "result", "ended", "failed"], ...rows]);
}

/** With the mark by which Excel takes it for UTF-8; what it would take for a formula is text. */
export function tableOf(rows: readonly (readonly (string | number)[])[]): string {
  return `\ufeff${stringify(rows as (string | number)[][], { record_delimiter: "windows", escape_formulas: true })}`;
}

async function summariesOf(
  db: Database,
  rows: readonly Offboarding[],
  now: Date,
): Promise<OffboardingSummary[]> {
  const ids = rows.map(({ id }) => id);
  const [counted, names, tokens, institutions] = await Promise.all([
    countsOf(db, ids),
    namesOf(db, [...rows.map(({ by }) => by), ...rows.map(({ undoneBy }) => undoneBy)]),
    db.apiToken.findMany({
      where: { id: { in: rows.flatMap(({ by, undoneBy }) => [by ?? "", undoneBy ?? ""]) } },
      select: { id: true, name: true },
    }),
    db.institution.findMany({
      where: { id: { in: rows.map(({ institutionId }) => institutionId) } },
      select: { id: true, nameJa: true, nameEn: true },
    }),
  ]);
  const called = (id: string | null) =>
    id && (names.get(id)?.displayName ?? tokens.find((token) => token.id === id)?.name ?? id);
  return rows.map(({ id, source, reason, createdAt, dueAt, status, endedAt, ...row }) => {
    const { nameJa = "", nameEn = "" } = institutions.find((one) => one.id === row.institutionId) ?? {};
    return {
      ...{ id, source, reason, createdAt, dueAt, status, endedAt },
      institution: { nameJa, nameEn },
      by: called(row.by),
      undoneBy: called(row.undoneBy),
      counts: counted.get(id) ?? { people: 0, notFound: 0, ended: 0, failed: 0 },
      isUndoable: status === "waiting" && dueAt > now,
    };
  });
}

type Counts = OffboardingSummary["counts"];

async function countsOf(db: Database, ids: readonly string[]): Promise<Map<string, Counts>> {
  const rows = await db.$queryRaw<(Counts & { id: string })[]>`
    SELECT "offboardingId" AS id, count("memberId")::int AS people, (count(*) - count("memberId"))::int AS "notFound",
      coalesce(sum(cardinality(ended)), 0)::int AS ended, coalesce(sum(cardinality(failed)), 0)::int AS failed
    FROM "OffboardingPerson" WHERE "offboardingId" = ANY(${[...ids]}::text[]) GROUP BY "offboardingId"`;
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}

async function namesOf(db: Database, ids: readonly (string | null)[]) {
  const rows = await db.member.findMany({
    where: { id: { in: ids.filter((id) => id !== null) } },
    select: { id: true, displayName: true, displayNameJa: true },
  });
  return new Map(rows.map(({ id, ...name }) => [id, name]));
}
