/** Schedules: each time of one starts one run, whichever process sees it first; of times missed while nothing ran, one is made up for. */
import type pg from "pg";
import { type FunctionPlan, nextAfter } from "./config.ts";
import { inTransaction, startRun } from "./router.ts";
import { newest } from "./store.ts";

/** Writes down when a schedule that is new here is due first. */
export async function keepSchedules(pool: pg.Pool, plans: readonly FunctionPlan[]): Promise<void> {
  for (const plan of plans) {
    for (const schedule of plan.crons) {
      await pool.query(
        `INSERT INTO "EngineCron" ("functionId", schedule, "nextAt") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [plan.id, schedule, nextAfter(schedule, new Date())],
      );
    }
  }
}

/** Starts what is due. A schedule that the newest version does not have is forgotten. */
export function startScheduled(
  pool: pg.Pool,
  version: string,
  plans: readonly FunctionPlan[],
): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ functionId: string; schedule: string; nextAt: Date; now: Date }>(
      `SELECT "functionId", schedule, "nextAt", now() AS now FROM "EngineCron"
       WHERE "nextAt" <= now() AND ${newest} FOR UPDATE SKIP LOCKED`,
      [version],
    );
    for (const { functionId, schedule, nextAt, now } of rows) {
      const plan = plans.find((it) => it.id === functionId && it.crons.includes(schedule));
      const next = plan && nextAfter(schedule, now);
      if (plan) await startRun(client, plan, timerEvent(functionId, schedule, nextAt));
      if (next) {
        await client.query(
          `UPDATE "EngineCron" SET "nextAt" = $3 WHERE "functionId" = $1 AND schedule = $2`,
          [functionId, schedule, next],
        );
      } else {
        await client.query(`DELETE FROM "EngineCron" WHERE "functionId" = $1 AND schedule = $2`, [
          functionId,
          schedule,
        ]);
      }
    }
  });
}

function timerEvent(functionId: string, schedule: string, at: Date) {
  return {
    id: `${functionId} ${schedule} ${at.toISOString()}`,
    name: "inngest/scheduled.timer",
    data: { cron: schedule },
    ts: at.getTime(),
  };
}
