/** The counts of "EnrollmentTally": added up for whoever looks, and by a sweep, so that there is little to add up. */
import type { Database } from "../db.ts";
import type { Kind } from "../enrollment/kind.ts";
import { Prisma } from "../generated/prisma/client.ts";
import { among, type Within } from "./within.ts";

export const measures = ["requested", "issued", "revoked"] as const;
export type Measure = (typeof measures)[number];

export type Count = { measure: "status" | Measure; of: string; kind: Kind; count: number };

/** How many there are of each of these statuses and months (`2026-11`, Japan's time), by kind. What there is none of is left out. */
export function counts(
  db: Pick<Database, "$queryRaw">,
  institutions: Within,
  { statuses, months }: { statuses: readonly string[]; months: readonly string[] },
): Promise<Count[]> {
  // Named one by one, the measures and months lead through the index, also to those of one institution among 800.
  return db.$queryRaw<Count[]>`
    SELECT measure, of, kind, sum(delta)::int AS count FROM "EnrollmentTally"
    WHERE ((measure = 'status' AND of = ANY(${[...statuses]})) OR (measure = ANY(${[...measures]}) AND of = ANY(${[...months]})))
      AND ${among(Prisma.sql`"institutionId"`, institutions)}
    GROUP BY measure, of, kind HAVING sum(delta) <> 0`;
}

/**
 * Makes one row of the many of each institution, kind, measure and word. One statement: whoever counts meanwhile sees all as it was or
 * all as it is, rows that others add stay, and of two sweeps at once each adds up what it took away itself. How many rows it took away.
 */
export async function sweepTally(db: Pick<Database, "$queryRaw">): Promise<number> {
  const [swept] = await db.$queryRaw<{ rows: number }[]>`
    WITH many AS (
      SELECT measure, of, "institutionId", kind FROM "EnrollmentTally"
      GROUP BY measure, of, "institutionId", kind HAVING count(*) > 1
    ), gone AS (
      DELETE FROM "EnrollmentTally" t USING many m
      WHERE (t.measure, t.of, t."institutionId", t.kind) = (m.measure, m.of, m."institutionId", m.kind)
      RETURNING t.measure, t.of, t."institutionId", t.kind, t.delta
    ), added AS (
      INSERT INTO "EnrollmentTally" (measure, of, "institutionId", kind, delta)
      SELECT measure, of, "institutionId", kind, sum(delta) FROM gone
      GROUP BY measure, of, "institutionId", kind HAVING sum(delta) <> 0
    )
    SELECT count(*)::int AS rows FROM gone`;
  return swept?.rows ?? 0;
}
