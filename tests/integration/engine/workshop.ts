/** What the tests of the engine share: a database a file, engines that end with their test, and a look at the runs. */
import type pg from "pg";
import { afterEach, beforeAll, expect, vi } from "vitest";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { type Functions, openEngine, openPool, type TestEngine } from "@/tests/support/engine.ts";

export const soon = { timeout: 15_000, interval: 10 };

type RunRow = {
  functionId: string;
  status: string;
  outcome: unknown;
  lease: string | null;
  refusedBy: string[];
};

export function openWorkshop() {
  const engines: TestEngine[] = [];
  const shop = {
    url: "",
    pool: undefined as unknown as pg.Pool,

    async open(functions: Functions, options?: Parameters<typeof openEngine>[2]): Promise<TestEngine> {
      const engine = await openEngine(shop.url, functions, options);
      engines.push(engine);
      return engine;
    },

    async runs(): Promise<RunRow[]> {
      const { rows } = await shop.pool.query<RunRow>(
        'SELECT "functionId", status, outcome, lease, "refusedBy" FROM "EngineRun" ORDER BY "createdAt", "functionId"',
      );
      return rows;
    },

    /** Waits until there are so many runs, all of them over, and no event is left to be routed. */
    over(count: number): Promise<RunRow[]> {
      return vi.waitFor(async () => {
        const { rows } = await shop.pool.query('SELECT 1 FROM "EngineEvent" WHERE "routedAt" IS NULL');
        const runs = await shop.runs();
        expect({ unrouted: rows.length, runs: runs.length }).toEqual({ unrouted: 0, runs: count });
        expect(runs.filter((run) => run.status === "open")).toEqual([]);
        return runs;
      }, soon);
    },

    /** Waits until a step of the given kind is there that is not over. */
    openStep(status: "planned" | "sleeping" | "waiting"): Promise<void> {
      return vi.waitFor(async () => {
        const { rows } = await shop.pool.query(
          'SELECT 1 FROM "EngineStep" s JOIN "EngineRun" r ON r.id = s."runId" WHERE s.status::text = $1 AND r.lease IS NULL',
          [status],
        );
        expect(rows.length).toBeGreaterThan(0);
      }, soon);
    },

    /** Makes every moment that is waited for be now, as if the time until then had passed. */
    async letTimePass(): Promise<void> {
      await shop.pool.query(`UPDATE "EngineStep" SET "dueAt" = now() WHERE status <> 'done'`);
      await shop.pool.query(
        `UPDATE "EngineRun" SET "dueAt" = now() WHERE status = 'open' AND lease IS NULL RETURNING pg_notify('portal_engine', '')`,
      );
    },
  };

  beforeAll(async () => {
    shop.url = await testDatabaseUrl();
    shop.pool = openPool(shop.url);
    return () => shop.pool.end();
  });

  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.stop(100)));
    await shop.pool.query(
      'TRUNCATE "EngineEvent", "EngineRun", "EngineStep", "EngineCron", "EngineVersion", "OutboxEvent"',
    );
  });

  return shop;
}

/** A promise with its end in hand. */
export function gate<T = void>() {
  let open: (value: T) => void = () => {};
  const passed = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}
