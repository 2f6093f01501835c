import { NonRetriableError, RetryAfterError } from "inngest";
import type pg from "pg";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { type Functions, openEngine, openPool, type TestEngine } from "@/tests/support/engine.ts";

let url: string;
let pool: pg.Pool;
const engines: TestEngine[] = [];

beforeAll(async () => {
  url = await testDatabaseUrl();
  pool = openPool(url);
  pool.on("error", () => {});
});

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop(100)));
  await pool.query('TRUNCATE "EngineEvent", "EngineRun", "EngineStep", "EngineCron", "EngineVersion"');
});

async function open(functions: Functions, options?: Parameters<typeof openEngine>[2]) {
  const engine = await openEngine(url, functions, options);
  engines.push(engine);
  return engine;
}

const soon = { timeout: 8000, interval: 5 };

async function runs() {
  const { rows } = await pool.query<{
    functionId: string;
    status: string;
    outcome: unknown;
    eventId: string;
  }>('SELECT "functionId", status, outcome, "eventId" FROM "EngineRun" ORDER BY "createdAt", "functionId"');
  return rows;
}

/** Waits until every run has ended, and shows them. */
function ended(count = 1) {
  return vi.waitFor(async () => {
    const all = await runs();
    expect(all.length).toBeGreaterThanOrEqual(count);
    expect(all.filter((run) => run.status === "open")).toEqual([]);
    return all;
  }, soon);
}

describe("a function", () => {
  it("runs its steps once each, in order, and keeps what it returned", async () => {
    const done: string[] = [];
    const engine = await open((inngest) => [
      inngest.createFunction({ id: "chain", triggers: [{ event: "go" }] }, async ({ event, step }) => {
        const a = await step.run("a", () => done.push("a"));
        const b = await step.run("b", () => done.push("b") + a);
        await step.run("nothing", () => {});
        return { b, who: event.data.who };
      }),
    ]);
    await engine.send("go", { who: "hanako" });
    expect(await ended()).toMatchObject([{ status: "done", outcome: { b: 3, who: "hanako" } }]);
    expect(done).toEqual(["a", "b"]);
  });

  it("of five steps is through in tens of milliseconds", async () => {
    let over: (() => void) | undefined;
    const engine = await open((inngest) => [
      inngest.createFunction({ id: "five", triggers: [{ event: "go" }] }, async ({ step }) => {
        for (const id of ["1", "2", "3", "4", "5"]) await step.run(id, () => id);
        over?.();
      }),
    ]);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const finished = new Promise<void>((resolve) => {
        over = resolve;
      });
      const start = performance.now();
      await engine.send("go", {});
      await finished;
      times.push(performance.now() - start);
    }
    console.log(times);
    expect(Math.min(...times)).toBeLessThan(300);
  });
});
void NonRetriableError;
void RetryAfterError;
