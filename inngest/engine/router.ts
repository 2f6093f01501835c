/** What an event does: it starts functions, ends waits and cancels runs, once, in one transaction. */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { FunctionPlan } from "./config.ts";
import { holds, keyOf } from "./expression.ts";
import { channel, type Event, newest, routingLock } from "./store.ts";

/** How far back a new version looks for events that older ones could make nothing of. */
const reopenedFor = "interval '1 hour'";

/**
 * Makes a version known and its schedules with it. Events that were routed by versions in which their name started
 * nothing, and start something in this one, are routed again: the build that sends an event is often up before its engine.
 */
export async function registerVersion(
  pool: pg.Pool,
  version: string,
  plans: readonly FunctionPlan[],
): Promise<void> {
  const names = [...new Set(plans.flatMap((plan) => plan.events.map((event) => event.name)))];
  await inTransaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [routingLock]);
    await client.query(
      `INSERT INTO "EngineVersion" (id, events) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET events = excluded.events, "seenAt" = now()`,
      [version, names],
    );
    await client.query(
      `UPDATE "EngineEvent" e SET "routedAt" = NULL
       WHERE e.name = ANY($1) AND e."receivedAt" > now() - ${reopenedFor} AND e."routedAt" IS NOT NULL
         AND EXISTS (SELECT 1 FROM "EngineVersion" v WHERE v.id = e."routedBy" AND NOT (e.name = ANY(v.events)))`,
      [names],
    );
  });
}

/** Routes the oldest event nobody is routing. False when there is none, or a newer version is there to do it. */
export function routeOne(pool: pg.Pool, version: string, plans: readonly FunctionPlan[]): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock_shared($1)", [routingLock]);
    const { rows } = await client.query<{ payload: Event; again: boolean }>(
      `SELECT payload, "routedBy" IS NOT NULL AS again FROM "EngineEvent" WHERE "routedAt" IS NULL AND ${newest}
       ORDER BY arrival LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [version],
    );
    const event = rows[0]?.payload;
    if (!event) return false;
    if (!rows[0]?.again) await touchRuns(client, event, plans);
    for (const plan of plans) {
      if (plan.events.some((it) => it.name === event.name && holds(it.expression, { event }))) {
        await startRun(client, plan, event);
      }
    }
    await client.query(
      `WITH routed AS (UPDATE "EngineEvent" SET "routedAt" = now(), "routedBy" = $2 WHERE id = $1)
       SELECT pg_notify('${channel}', '')`,
      [event.id, version],
    );
    return true;
  });
}

/** Starts a run, unless this event or, within a day, an event with the same idempotency key has started one. */
export async function startRun(client: pg.PoolClient, plan: FunctionPlan, event: Event): Promise<void> {
  const key = keyOf(plan.idempotency, { event });
  const insert = () =>
    client.query(
      `INSERT INTO "EngineRun" (id, "functionId", "eventId", event, key) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [randomUUID(), plan.id, event.id, JSON.stringify(event), key],
    );
  const { rowCount } = await insert();
  if (rowCount || key === null) return;
  const freed = await client.query(
    `UPDATE "EngineRun" SET key = NULL
     WHERE "functionId" = $1 AND key = $2 AND "createdAt" < now() - interval '24 hours'`,
    [plan.id, key],
  );
  if (freed.rowCount) await insert();
}

/** Cancels the runs the event cancels and ends the waits it ends. Runs are locked in one order, as everywhere. */
async function touchRuns(client: pg.PoolClient, event: Event, plans: readonly FunctionPlan[]): Promise<void> {
  const waits = await waitsFor(client, event);
  const cancelled = await runsCancelledBy(client, event, plans);
  const runs = [...new Set([...waits.map((wait) => wait.runId), ...cancelled])];
  if (runs.length === 0) return;
  await client.query(`SELECT 1 FROM "EngineRun" WHERE id = ANY($1) ORDER BY id FOR UPDATE`, [runs]);
  await client.query(
    `UPDATE "EngineRun" SET status = 'cancelled', lease = NULL, "dueAt" = NULL, "endedAt" = now()
     WHERE id = ANY($1) AND status = 'open'`,
    [cancelled],
  );
  await client.query(
    `WITH over AS (
       UPDATE "EngineStep" s SET status = 'done', result = $3, "doneAt" = clock_timestamp(), "dueAt" = NULL
       FROM unnest($1::text[], $2::text[]) AS w("runId", id)
       WHERE s."runId" = w."runId" AND s.id = w.id AND s.status = 'waiting'
       RETURNING s."runId")
     UPDATE "EngineRun" SET fresh = true, "dueAt" = CASE WHEN lease IS NULL THEN now() ELSE "dueAt" END
     WHERE id IN (SELECT "runId" FROM over) AND status = 'open'`,
    [
      waits.map((wait) => wait.runId),
      waits.map((wait) => wait.id),
      JSON.stringify({ type: "data", data: event }),
    ],
  );
}

async function waitsFor(client: pg.PoolClient, event: Event): Promise<{ runId: string; id: string }[]> {
  const values = Object.values(event.data ?? {}).filter((value) => typeof value === "string");
  const { rows } = await client.query<{ runId: string; id: string; expression: string | null; event: Event }>(
    `SELECT s."runId", s.id, s.expression, r.event
     FROM "EngineStep" s JOIN "EngineRun" r ON r.id = s."runId"
     WHERE s."waitsFor" = $1 AND (s."matchValue" IS NULL OR s."matchValue" = ANY($2))
       AND s.status = 'waiting' AND r.status = 'open'`,
    [event.name, values],
  );
  return rows.filter((wait) => holds(wait.expression, { event: wait.event, async: event }));
}

async function runsCancelledBy(
  client: pg.PoolClient,
  event: Event,
  plans: readonly FunctionPlan[],
): Promise<string[]> {
  const cancelled: string[] = [];
  for (const plan of plans) {
    const rules = plan.cancel.filter((rule) => rule.event === event.name);
    if (rules.length === 0) continue;
    const { rows } = await client.query<{ id: string; event: Event }>(
      `SELECT id, event FROM "EngineRun" WHERE status = 'open' AND "functionId" = $1`,
      [plan.id],
    );
    for (const run of rows) {
      if (rules.some((rule) => holds(rule.expression, { event: run.event, async: event })))
        cancelled.push(run.id);
    }
  }
  return cancelled;
}

export async function inTransaction<T>(
  pool: pg.Pool,
  deed: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await deed(client);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    client.release(true);
    throw error;
  }
}
