import { type FailureEventPayload, NonRetriableError, RetryAfterError } from "inngest";
import { describe, expect, it, vi } from "vitest";
import { gate, openWorkshop, soon } from "./workshop.ts";

const shop = openWorkshop();

describe("a function", () => {
  it("runs its steps once each, in order, and what it returned is kept", async () => {
    const done: string[] = [];
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "chain", triggers: [{ event: "go" }] }, async ({ event, step }) => {
        const a = await step.run("a", () => done.push("a"));
        const b = await step.run("b", () => done.push("b") + a);
        await step.run("nothing", () => {});
        return { b, who: event.data.who };
      }),
    ]);
    await engine.send("go", { who: "hanako" });
    expect(await shop.over(1)).toMatchObject([{ status: "done", outcome: { b: 3, who: "hanako" } }]);
    expect(done).toEqual(["a", "b"]);
  });

  it("of five steps is over well within half a second of its event", async () => {
    let over = gate();
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "five", triggers: [{ event: "go" }] }, async ({ step }) => {
        for (const id of ["1", "2", "3", "4", "5"]) await step.run(id, () => id);
        over.open();
      }),
    ]);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      over = gate();
      const start = performance.now();
      await engine.send("go");
      await over.passed;
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(300);
  });

  it("is started only by events for which its `if` holds", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction(
        { id: "renewals", triggers: [{ event: "placed", if: 'event.data.purpose == "renew"' }] },
        ({ event }) => event.data.order,
      ),
    ]);
    await engine.send("placed", { order: "1", purpose: "issue" });
    await engine.send("placed", { order: "2", purpose: "renew" });
    await engine.send("placed", { order: "3" });
    expect(await shop.over(1)).toMatchObject([{ outcome: "2" }]);
  });

  it("is started once by an event that is sent twice with the same id", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "once", triggers: [{ event: "go" }] }, ({ event }) => event.data.n),
    ]);
    await engine.send("go", { n: 1 }, "the same");
    await shop.over(1);
    await engine.send("go", { n: 2 }, "the same");
    await engine.send("go", { n: 3 }, "another");
    expect((await shop.over(2)).map((run) => run.outcome)).toEqual([1, 3]);
  });

  it("is started once for the same idempotency key, and again after a day", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction(
        { id: "keyed", triggers: [{ event: "go" }], idempotency: "event.data.order" },
        ({ event }) => event.data.n,
      ),
    ]);
    await Promise.all([1, 2, 3].map((n) => engine.send("go", { order: "o1", n })));
    await engine.send("go", { order: "o2", n: 4 });
    await shop.over(2);
    await shop.pool.query(`UPDATE "EngineRun" SET "createdAt" = now() - interval '25 hours'`);
    await engine.send("go", { order: "o2", n: 5 });
    expect((await shop.over(3)).at(-1)).toMatchObject({ outcome: 5 });
  });

  it("is ended by an event that cancels it, and by no other", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction(
        { id: "long", triggers: [{ event: "go" }], cancelOn: [{ event: "stop", match: "data.order" }] },
        async ({ event, step }) => {
          await step.sleep("a month", "30d");
          return event.data.order;
        },
      ),
    ]);
    await engine.send("go", { order: "o1" });
    await engine.send("go", { order: "o2" });
    await vi.waitFor(async () => expect(await shop.runs()).toHaveLength(2), soon);
    await shop.openStep("sleeping");
    await engine.send("stop", { order: "o1" });
    await vi.waitFor(
      async () => expect((await shop.runs()).map((run) => run.status)).toEqual(["cancelled", "open"]),
      soon,
    );
    await shop.letTimePass();
    expect((await shop.over(2)).map((run) => run.outcome)).toEqual([null, "o2"]);
  });
});

describe("a step that fails", () => {
  it("is tried again with its attempt counted, and the step before it is not", async () => {
    const attempts: number[] = [];
    let before = 0;
    const engine = await shop.open((inngest) => [
      inngest.createFunction(
        { id: "shaky", triggers: [{ event: "go" }], retries: 3 },
        async ({ step, attempt }) => {
          await step.run("before", () => ++before);
          return step.run("shaky", () => {
            attempts.push(attempt);
            if (attempts.length < 3) throw new Error("not yet");
            return "at last";
          });
        },
      ),
    ]);
    await engine.send("go");
    expect(await shop.over(1)).toMatchObject([{ status: "done", outcome: "at last" }]);
    expect({ before, attempts }).toEqual({ before: 1, attempts: [0, 1, 2] });
  });

  it("is given up after its retries: the run fails and onFailure is called once, with the error", async () => {
    const told: string[] = [];
    let tries = 0;
    const engine = await shop.open((inngest) => [
      inngest.createFunction(
        {
          id: "hopeless",
          triggers: [{ event: "go" }],
          retries: 2,
          onFailure: ({ event, error }: { event: FailureEventPayload; error: Error }) => {
            told.push(`${event.data.event.data?.order}: ${error.message}`);
          },
        },
        ({ step }) =>
          step.run("hopeless", () => {
            throw new Error(`no ${++tries}`);
          }),
      ),
    ]);
    await engine.send("go", { order: "o1" });
    const runs = await shop.over(2);
    expect(runs.map((run) => [run.functionId, run.status])).toEqual([
      ["test-hopeless", "failed"],
      ["test-hopeless-failure", "done"],
    ]);
    expect({ tries, told }).toEqual({ tries: 3, told: ["o1: no 3"] });
  });

  it("can be caught by its function after the last try, which then goes on", async () => {
    let tries = 0;
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "careful", triggers: [{ event: "go" }], retries: 1 }, async ({ step }) => {
        try {
          await step.run("mail", () => {
            tries++;
            throw new Error("no mail today");
          });
        } catch (error) {
          return step.run("give up", () => `gave up: ${(error as Error).message}`);
        }
      }),
    ]);
    await engine.send("go");
    expect(await shop.over(1)).toMatchObject([{ status: "done", outcome: "gave up: no mail today" }]);
    expect(tries).toBe(2);
  });

  it("by a NonRetriableError is not tried again, and onFailure is called once", async () => {
    let tries = 0;
    let told = 0;
    const engine = await shop.open((inngest) => [
      inngest.createFunction(
        { id: "refused", triggers: [{ event: "go" }], retries: 5, onFailure: () => void told++ },
        ({ step }) =>
          step.run("submit", () => {
            tries++;
            throw new NonRetriableError("the CA refuses");
          }),
      ),
    ]);
    await engine.send("go");
    expect(await shop.over(2)).toMatchObject([
      { status: "failed", outcome: { message: "the CA refuses" } },
      {},
    ]);
    expect({ tries, told }).toEqual({ tries: 1, told: 1 });
  });

  it("outside of a step counts as well, and onFailure that fails is not answered again", async () => {
    let tries = 0;
    let told = 0;
    const engine = await shop.open((inngest) => [
      inngest.createFunction(
        {
          id: "loose",
          triggers: [{ event: "go" }],
          retries: 1,
          onFailure: () => {
            told++;
            throw new NonRetriableError("this too");
          },
        },
        () => {
          tries++;
          throw new Error("no");
        },
      ),
    ]);
    await engine.send("go");
    expect((await shop.over(2)).map((run) => run.status)).toEqual(["failed", "failed"]);
    expect({ tries, told }).toEqual({ tries: 2, told: 1 });
  });

  it("in a function that hears of every failure does not call it for ever", async () => {
    let told = 0;
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "watch", triggers: [{ event: "inngest/function.failed" }] }, () => {
        told++;
        throw new NonRetriableError("cannot even tell");
      }),
      inngest.createFunction({ id: "bad", triggers: [{ event: "go" }] }, () => {
        throw new NonRetriableError("no");
      }),
    ]);
    await engine.send("go");
    await shop.over(2);
    expect(told).toBe(1);
  });

  it("says when to come again, and is not tried before", async () => {
    const times: number[] = [];
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "busy", triggers: [{ event: "go" }] }, ({ step }) =>
        step.run("ask", () => {
          times.push(Date.now());
          if (times.length === 1) throw new RetryAfterError("busy", 1000);
        }),
      ),
    ]);
    await engine.send("go");
    await shop.over(1);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("because its result cannot be stored fails its run instead of being repeated for ever", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "nul", triggers: [{ event: "go" }] }, ({ step }) =>
        step.run("nul", () => "a\u0000b"),
      ),
    ]);
    await engine.send("go");
    expect(await shop.over(1)).toMatchObject([
      { status: "failed", outcome: { message: "a result cannot be stored as JSON" } },
    ]);
  });
});

describe("waiting", () => {
  it("for a time ends when it has come, not before", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "sleeper", triggers: [{ event: "go" }] }, async ({ step }) => {
        const start = await step.run("start", () => Date.now());
        await step.sleep("a second", "1s");
        const middle = await step.run("middle", () => Date.now());
        await step.sleepUntil("a moment", new Date(middle + 400));
        return [middle - start, (await step.run("end", () => Date.now())) - middle];
      }),
    ]);
    await engine.send("go");
    const [run] = await shop.over(1);
    const [first, second] = (run ?? { outcome: [] }).outcome as [number, number];
    expect(first).toBeGreaterThanOrEqual(990);
    expect(first).toBeLessThan(4000);
    expect(second).toBeGreaterThanOrEqual(390);
  });

  it("for a moment that has passed, or for no time, takes none", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "late", triggers: [{ event: "go" }] }, async ({ step }) => {
        await step.sleepUntil("yesterday", new Date(Date.now() - 86_400_000));
        await step.sleep("no time", "0s");
        const came = await step.waitForEvent("at once", { event: "never", timeout: "0s" });
        return step.run("after", () => [came, "after"]);
      }),
    ]);
    await engine.send("go");
    expect(await shop.over(1)).toMatchObject([{ outcome: [null, "after"] }]);
  });

  it("for an event ends with the one that its `if` is about, at once", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "waiter", triggers: [{ event: "go" }] }, async ({ step }) => {
        const came = await step.waitForEvent("wait", {
          event: "changed",
          if: "async.data.order == event.data.order",
          timeout: "30d",
        });
        return came?.data.n;
      }),
    ]);
    await engine.send("go", { order: "o1" });
    await shop.openStep("waiting");
    await engine.send("changed", { order: "o2", n: 1 });
    await engine.send("other", { order: "o1", n: 2 });
    const start = performance.now();
    await engine.send("changed", { order: "o1", n: 3 });
    expect(await shop.over(1)).toMatchObject([{ outcome: 3 }]);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it("for an event takes any expression, and none", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "waiter", triggers: [{ event: "go" }] }, async ({ step }) => {
        const [big, any] = await Promise.all([
          step.waitForEvent("big", {
            event: "changed",
            if: "async.data.n > event.data.least",
            timeout: "1h",
          }),
          step.waitForEvent("any", { event: "changed", timeout: "1h" }),
        ]);
        return [big?.data.n, any?.data.n];
      }),
    ]);
    await engine.send("go", { least: 5 });
    await shop.openStep("waiting");
    for (const n of [1, 7, 9]) await engine.send("changed", { n });
    expect(await shop.over(1)).toMatchObject([{ outcome: [7, 1] }]);
  });

  it("for an event that does not come gives null after the time given", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "waiter", triggers: [{ event: "go" }] }, async ({ step }) => {
        const came = await step.waitForEvent("wait", { event: "never", timeout: "1s" });
        return { came };
      }),
    ]);
    await engine.send("go");
    expect(await shop.over(1)).toMatchObject([{ outcome: { came: null } }]);
  });

  it("goes on after many looks, each with a wait of its own", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "looker", triggers: [{ event: "go" }] }, async ({ step }) => {
        for (let n = 1; ; n++) {
          if (await step.run(`look-${n}`, () => n > 20)) return n;
          await step.waitForEvent(`wait-${n}`, {
            event: "changed",
            if: "async.data.order == event.data.order",
            timeout: "1d",
          });
        }
      }),
    ]);
    await engine.send("go", { order: "o1" });
    for (let n = 1; n <= 20; n++) {
      await shop.openStep("waiting");
      await engine.send("changed", { order: "o1" });
      await vi.waitFor(async () => {
        const { rows } = await shop.pool.query(`SELECT 1 FROM "EngineStep" WHERE name LIKE 'look-%'`);
        expect(rows.length).toBe(n + 1);
      }, soon);
    }
    expect(await shop.over(1)).toMatchObject([{ outcome: 21 }]);
  });
});

describe("steps side by side", () => {
  it("run each once, wait for one another, and may be of different kinds", async () => {
    const done: string[] = [];
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "parallel", triggers: [{ event: "go" }] }, async ({ step }) => {
        const together = await Promise.all([
          step.run("a", () => done.push("a") && "a"),
          step.run("b", () => done.push("b") && "b"),
          step.sleep("c", "1s").then(() => step.run("after c", () => done.push("c") && "c")),
        ]);
        return step.run("last", () => together.join(""));
      }),
    ]);
    await engine.send("go");
    expect(await shop.over(1)).toMatchObject([{ status: "done", outcome: "abc" }]);
    expect(done.toSorted()).toEqual(["a", "b", "c"]);
  });

  it("are retried by themselves, each at its time: the one that went well is not repeated", async () => {
    let good = 0;
    const bad: number[] = [];
    const engine = await shop.open((inngest) => [
      inngest.createFunction(
        { id: "parallel", triggers: [{ event: "go" }], retries: 4 },
        async ({ step }) => {
          const results = await Promise.allSettled([
            step.run("good", () => ++good),
            step.run("bad", () => {
              bad.push(Date.now());
              if (bad.length === 1) throw new RetryAfterError("busy", 1000);
              if (bad.length < 4) throw new Error("not yet");
            }),
            step.run("never", () => {
              throw new NonRetriableError("never");
            }),
          ]);
          return results.map((result) => result.status);
        },
      ),
    ]);
    await engine.send("go");
    expect(await shop.over(1)).toMatchObject([{ outcome: ["fulfilled", "fulfilled", "rejected"] }]);
    expect({ good, bad: bad.length }).toEqual({ good: 1, bad: 4 });
    expect((bad[1] ?? 0) - (bad[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });
});

describe("events and schedules", () => {
  it("an event sent by a step starts another function", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "first", triggers: [{ event: "go" }] }, async ({ step }) => {
        await step.sendEvent("tell", { name: "told", data: { n: 1 } });
      }),
      inngest.createFunction({ id: "second", triggers: [{ event: "told" }] }, ({ event }) => event.data.n),
    ]);
    await engine.send("go");
    expect(await shop.over(2)).toMatchObject([{ status: "done" }, { outcome: 1 }]);
  });

  it("a schedule starts one run at each of its times, however many processes look", async () => {
    const functions: Parameters<typeof shop.open>[0] = (inngest) => [
      inngest.createFunction(
        { id: "tick", triggers: [{ cron: "TZ=Asia/Tokyo * * * * * *" }] },
        ({ event }) => event.ts,
      ),
    ];
    await Promise.all([shop.open(functions), shop.open(functions)]);
    await vi.waitFor(async () => expect((await shop.runs()).length).toBeGreaterThanOrEqual(2), soon);
    const times = (await shop.runs()).flatMap((run) => (run.outcome === null ? [] : [run.outcome as number]));
    expect(new Set(times).size).toBe(times.length);
    expect(times.filter((time) => time % 1000 !== 0)).toEqual([]);
  });

  it("of the times missed while nothing ran one is made up for", async () => {
    const functions: Parameters<typeof shop.open>[0] = (inngest) => [
      inngest.createFunction({ id: "yearly", triggers: [{ cron: "TZ=Asia/Tokyo 0 3 1 1 *" }] }, () => "ran"),
    ];
    const engine = await shop.open(functions);
    const { rows } = await shop.pool.query<{ nextAt: Date }>('SELECT "nextAt" FROM "EngineCron"');
    expect(rows[0]?.nextAt.toISOString()).toMatch(/-12-31T18:00:00\.000Z$/);
    expect(await shop.runs()).toEqual([]);
    await engine.stop();
    await shop.pool.query(`UPDATE "EngineCron" SET "nextAt" = now() - interval '3 years'`);
    await shop.open(functions);
    expect(await shop.over(1)).toMatchObject([{ outcome: "ran" }]);
    expect((await shop.pool.query('SELECT "nextAt" FROM "EngineCron"')).rows).toEqual(rows);
  });
});

describe("what only a whole Inngest server does", () => {
  it("is refused at start, each by its name", async () => {
    const opening = shop.open((inngest) => [
      inngest.createFunction(
        { id: "eager", triggers: [{ event: "a" }], throttle: { limit: 1, period: "1s" }, concurrency: 1 },
        () => {},
      ),
      inngest.createFunction(
        {
          id: "lazy",
          triggers: [{ event: "a", if: "event.data ==" }],
          batchEvents: { maxSize: 2, timeout: "1s" },
        },
        () => {},
      ),
    ]);
    await expect(opening).rejects.toThrow(
      "test-eager: throttle; test-eager: concurrency; test-lazy: batchEvents; test-lazy: not CEL: event.data ==",
    );
  });

  it("fails a run that asks for it in a step, with its name", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "caller", triggers: [{ event: "go" }] }, async ({ step }) => {
        await step.waitForSignal("signal", { signal: "s", timeout: "1s" });
      }),
    ]);
    await engine.send("go");
    const [run] = await shop.over(1);
    expect(run).toMatchObject({ status: "failed" });
    expect(JSON.stringify(run?.outcome)).toContain("does not know WaitForSignal");
  });
});
