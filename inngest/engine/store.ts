/**
 * The engine's state in PostgreSQL, as statements. A worker's are bound to its lease: they do nothing, and say so,
 * once the run is somebody else's. All times are the database's.
 */
import type pg from "pg";
import type { Due } from "./due.ts";
import type { Result } from "./protocol.ts";

export type Queryable = Pick<pg.Pool, "query">;

/** Every engine listens here. */
export const channel = "portal_engine";

/** How long a version counts as alive after its last sign. */
const aliveFor = "interval '10 seconds'";

export type Event = { id: string; name: string; data: unknown; ts: number };

export type Run = {
  id: string;
  functionId: string;
  event: Event;
  lease: string;
  attempt: number;
  lostLeases: number;
  version: string | null;
};

export type Step = {
  id: string;
  name: string;
  status: "planned" | "sleeping" | "waiting" | "done";
  attempt: number;
  ready: boolean;
  result: Result | null;
};

/** What becomes of a step: found, memoised, or to be tried again. */
export type StepChange = {
  id: string;
  name: string;
  status: Step["status"];
  attempt?: number;
  due?: Due | null;
  waitsFor?: string;
  expression?: string | null;
  matchValue?: string | null;
  result?: Result;
};

/** Keeps events that are not kept yet and wakes every engine. */
export async function accept(db: Queryable, events: readonly Event[]): Promise<void> {
  await db.query(
    `WITH kept AS (
       INSERT INTO "EngineEvent" (id, name, payload)
       SELECT e->>'id', e->>'name', e FROM jsonb_array_elements($1::jsonb) AS e
       ON CONFLICT DO NOTHING)
     SELECT pg_notify('${channel}', '')`,
    [JSON.stringify(events)],
  );
}

/** Takes runs that are due and whose function this version knows, with a lease on each. */
export async function claim(
  db: Queryable,
  by: { version: string; functions: readonly string[]; leaseMs: number; limit: number },
): Promise<Run[]> {
  const { rows } = await db.query<Run>(
    `UPDATE "EngineRun" SET
       lease = gen_random_uuid()::text,
       "lostLeases" = "lostLeases" + (lease IS NOT NULL)::int,
       "dueAt" = now() + $3 * interval '1 ms'
     WHERE id IN (
       SELECT id FROM "EngineRun"
       WHERE status = 'open' AND "dueAt" <= now() AND "functionId" = ANY($2) AND NOT ($1 = ANY("refusedBy"))
       ORDER BY "dueAt" LIMIT $4 FOR UPDATE SKIP LOCKED)
     RETURNING id, "functionId", event, lease, attempt, "lostLeases", version`,
    [by.version, by.functions, by.leaseMs, by.limit],
  );
  return rows;
}

/** Milliseconds until some run of these functions is due; null when none will be by itself. */
export async function untilNextDue(
  db: Queryable,
  functions: readonly string[],
  version: string,
): Promise<number | null> {
  const { rows } = await db.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM min("dueAt") - clock_timestamp()) * 1000)::float8 AS ms FROM "EngineRun"
     WHERE status = 'open' AND "functionId" = ANY($1) AND NOT ($2 = ANY("refusedBy"))`,
    [functions, version],
  );
  return rows[0]?.ms ?? null;
}

/** A sign of life for runs being worked on and for the version. */
export async function renew(
  db: Queryable,
  leases: readonly string[],
  leaseMs: number,
  version: string,
): Promise<void> {
  await db.query(
    `WITH alive AS (UPDATE "EngineVersion" SET "seenAt" = now() WHERE id = $3)
     UPDATE "EngineRun" SET "dueAt" = now() + $2 * interval '1 ms'
     WHERE id IN (SELECT id FROM "EngineRun" WHERE lease = ANY($1) AND status = 'open' ORDER BY id FOR UPDATE)`,
    [leases, leaseMs, version],
  );
}

/** Ends sleeps and waits whose time has come and shows the run as it stands; null when the lease is lost. */
export async function look(db: Queryable, run: Run): Promise<{ news: boolean; steps: Step[] } | null> {
  const { rows } = await db.query<{ news: boolean }>(
    `WITH before AS (SELECT id, fresh FROM "EngineRun" WHERE id = $1 AND lease = $2 FOR UPDATE),
     held AS (UPDATE "EngineRun" r SET fresh = false FROM before WHERE r.id = before.id),
     over AS (
       UPDATE "EngineStep" s SET status = 'done', result = '{"type":"data","data":null}', "doneAt" = clock_timestamp(), "dueAt" = NULL
       FROM before WHERE s."runId" = before.id AND s.status IN ('sleeping', 'waiting') AND s."dueAt" <= now()
       RETURNING 1)
     SELECT before.fresh OR EXISTS (SELECT 1 FROM over) AS news FROM before`,
    [run.id, run.lease],
  );
  if (!rows[0]) return null;
  const steps = await db.query<Step>(
    `SELECT id, name, status, attempt, status = 'planned' AND "dueAt" <= now() AS ready, result
     FROM "EngineStep" WHERE "runId" = $1 ORDER BY "doneAt", id`,
    [run.id],
  );
  return { news: rows[0].news, steps: steps.rows };
}

/** Writes what became of steps. A step that is done stays as it is. False when the lease is lost. */
export async function change(
  db: Queryable,
  run: Run,
  changes: readonly StepChange[],
  progress: { version: string; attempt: number },
): Promise<boolean> {
  const { rows } = await db.query(
    `WITH held AS (
       UPDATE "EngineRun" SET attempt = $4, version = $5, "lostLeases" = 0 WHERE id = $1 AND lease = $2 RETURNING id),
     put AS (
       INSERT INTO "EngineStep" ("runId", id, name, status, attempt, "dueAt", "waitsFor", expression, "matchValue", result, "doneAt")
       SELECT held.id, c.id, c.name, c.status::"EngineStepStatus", coalesce(c.attempt, 0), ${dueOf("c")},
              c."waitsFor", c.expression, c."matchValue", c.result, CASE WHEN c.status = 'done' THEN clock_timestamp() END
       FROM held, jsonb_to_recordset($3::jsonb) AS c(id text, name text, status text, attempt int, due jsonb,
         "waitsFor" text, expression text, "matchValue" text, result jsonb)
       ON CONFLICT ("runId", id) DO UPDATE SET status = excluded.status, attempt = excluded.attempt,
         "dueAt" = excluded."dueAt", result = excluded.result, "doneAt" = excluded."doneAt"
       WHERE "EngineStep".status <> 'done' AND (excluded.status = 'done' OR excluded.attempt > "EngineStep".attempt))
     SELECT id FROM held`,
    [run.id, run.lease, JSON.stringify(changes), progress.attempt, progress.version],
  );
  return rows.length > 0;
}

const dueOf = (c: string) =>
  `CASE WHEN ${c}.due->>'at' IS NOT NULL THEN (${c}.due->>'at')::timestamptz
        WHEN ${c}.due IS NOT NULL THEN now() + (${c}.due->>'after')::float8 * interval '1 ms' END`;

/**
 * Lets go of a run until something is due: a step, a retry, or at once when news came meanwhile.
 * `refused`: this version does not know its steps, and the run stays due for another.
 */
export async function release(
  db: Queryable,
  run: Run,
  then: { attempt: number; retry?: Due | null; refused?: string },
): Promise<boolean> {
  const { rows } = await db.query(
    `UPDATE "EngineRun" r SET lease = NULL, attempt = $3,
       "refusedBy" = CASE WHEN $5::text IS NULL THEN "refusedBy" ELSE array_append("refusedBy", $5) END,
       "dueAt" = CASE WHEN fresh OR $5::text IS NOT NULL THEN now() ELSE least(
         (SELECT ${dueOf("c")} FROM (SELECT $4::jsonb AS due) AS c),
         (SELECT min(s."dueAt") FROM "EngineStep" s WHERE s."runId" = r.id AND s.status <> 'done')) END
     WHERE id = $1 AND lease = $2 RETURNING CASE WHEN $5::text IS NOT NULL THEN pg_notify('${channel}', '') END`,
    [run.id, run.lease, then.attempt, then.retry ? JSON.stringify(then.retry) : null, then.refused ?? null],
  );
  return rows.length > 0;
}

/** Ends a run, and tells of it when `tell` is an event. False when the lease is lost. */
export async function end(
  db: Queryable,
  run: Run,
  how: { status: "done" | "failed"; outcome: unknown; version: string; tell: Event | null },
): Promise<boolean> {
  const { rows } = await db.query(
    `WITH ended AS (
       UPDATE "EngineRun" SET status = $3::"EngineRunStatus", outcome = $4, version = $5, lease = NULL, "dueAt" = NULL, "endedAt" = now()
       WHERE id = $1 AND lease = $2 RETURNING id),
     closed AS (DELETE FROM "EngineStep" s USING ended WHERE s."runId" = ended.id AND s.status <> 'done'),
     told AS (
       INSERT INTO "EngineEvent" (id, name, payload)
       SELECT e->>'id', e->>'name', e FROM ended, (SELECT $6::jsonb AS e) AS given WHERE e IS NOT NULL
       ON CONFLICT DO NOTHING RETURNING pg_notify('${channel}', ''))
     SELECT id, (SELECT count(*) FROM told) FROM ended`,
    [
      run.id,
      run.lease,
      how.status,
      JSON.stringify(how.outcome ?? null),
      how.version,
      how.tell && JSON.stringify(how.tell),
    ],
  );
  return rows.length > 0;
}

/** Gives leases back at once, for a process that ends. */
export async function abandon(db: Queryable, leases: readonly string[]): Promise<void> {
  await db.query(
    `WITH freed AS (UPDATE "EngineRun" SET lease = NULL, "dueAt" = now() WHERE lease = ANY($1) AND status = 'open')
     SELECT pg_notify('${channel}', '')`,
    [leases],
  );
}

/** SQL condition: no newer version than $1 is alive. An older one neither starts nor schedules anything. */
export const newest = `NOT EXISTS (
  SELECT 1 FROM "EngineVersion" newer, "EngineVersion" mine
  WHERE mine.id = $1 AND newer.since > mine.since AND newer."seenAt" > now() - ${aliveFor})`;

/** Held shared while an event is routed, alone while a version registers: neither misses the other. */
export const routingLock = 7_267_201;

/** Removes what ended long ago. */
export async function tidy(db: Queryable): Promise<void> {
  await db.query(
    `DELETE FROM "EngineRun" WHERE status IN ('done', 'cancelled') AND "endedAt" < now() - interval '3 days'
       OR status = 'failed' AND "endedAt" < now() - interval '30 days'`,
  );
  await db.query(`DELETE FROM "EngineEvent" WHERE "routedAt" < now() - interval '7 days'`);
  await db.query(`DELETE FROM "EngineVersion" WHERE "seenAt" < now() - interval '30 days'`);
}
