import { describe, expect, it, vi } from "vitest";
import { claim, tidy } from "@/inngest/engine/store.ts";
import { type Functions, silent } from "@/tests/support/engine.ts";
import { gate, openWorkshop, soon } from "./workshop.ts";

const shop = openWorkshop();

const nothing: Functions = (inngest) => [
  inngest.createFunction({ id: "other", triggers: [{ event: "other" }] }, () => {}),
];

describe("an event", () => {
  it("that came while nothing ran is taken up at the next start", async () => {
    const functions: Functions = (inngest) => [
      inngest.createFunction({ id: "late", triggers: [{ event: "go" }] }, ({ event }) => event.data.n),
    ];
    const idle = await shop.open(functions, { idle: true });
    await idle.send("go", { n: 1 });
    expect(await shop.runs()).toEqual([]);
    await shop.open(functions);
    expect(await shop.over(1)).toMatchObject([{ outcome: 1 }]);
  });

  it("starts its run at once also when another process sent it", async () => {
    const started = gate<number>();
    const functions: Functions = (inngest) => [
      inngest.createFunction({ id: "far", triggers: [{ event: "go" }] }, () =>
        started.open(performance.now()),
      ),
    ];
    await shop.open(functions, { pollMs: 60_000 });
    const sender = await shop.open(functions, { idle: true });
    await vi.waitFor(async () => {
      const { rows } = await shop.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
      );
      expect(rows).toHaveLength(1);
    }, soon);
    const sent = performance.now();
    await sender.send("go");
    expect((await started.passed) - sent).toBeLessThan(2000);
    await shop.over(1);
  });
});

describe("two processes", () => {
  it("share the work, and no step is run twice", async () => {
    const done: string[] = [];
    const workers = new Set<string>();
    const functionsOf =
      (worker: string): Functions =>
      (inngest) => [
        inngest.createFunction({ id: "shared", triggers: [{ event: "go" }] }, async ({ event, step }) => {
          for (const part of ["a", "b", "c"]) {
            await step.run(part, async () => {
              workers.add(worker);
              done.push(`${event.data.n}${part}`);
              await new Promise((resolve) => setImmediate(resolve));
            });
          }
        }),
      ];
    const one = await shop.open(functionsOf("one"), { parallel: 2 });
    const two = await shop.open(functionsOf("two"), { parallel: 2 });
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    await Promise.all(numbers.map((n) => (n % 2 ? one : two).send("go", { n })));
    await shop.over(40);
    expect(done.toSorted()).toEqual(numbers.flatMap((n) => [`${n}a`, `${n}b`, `${n}c`]).toSorted());
    expect(workers).toEqual(new Set(["one", "two"]));
  });

  it("never take the same run, however often they try at the same moment", async () => {
    await shop.pool.query(
      `INSERT INTO "EngineRun" (id, "functionId", "eventId", event) SELECT n, 'f', n, '{}' FROM generate_series(1, 200) AS n`,
    );
    const by = { version: "v", functions: ["f"], leaseMs: 60_000, limit: 7 };
    const claims = await Promise.all(Array.from({ length: 40 }, () => claim(shop.pool, by)));
    const taken = claims.flat().map((run) => run.id);
    expect(new Set(taken).size).toBe(taken.length);
    expect((await claim(shop.pool, { ...by, limit: 200 })).length).toBe(200 - taken.length);
  });

  it("keep a step that takes longer than a lease with the one that runs it", async () => {
    let ran = 0;
    const functions: Functions = (inngest) => [
      inngest.createFunction({ id: "slow", triggers: [{ event: "go" }] }, ({ step }) =>
        step.run("slow", async () => {
          ran++;
          await threeLeasesPass();
        }),
      ),
    ];
    // Longer than a busy machine stands still.
    const leaseMs = 1500;
    /** By the database's clock, from the end of the lease under which the step began. */
    const threeLeasesPass = async () => {
      const { rows } = await shop.pool.query('SELECT "dueAt"::text AS ends FROM "EngineRun"');
      const over = `SELECT now() > $1::timestamptz + interval '${2 * leaseMs} ms' AS over`;
      await vi.waitFor(
        async () => expect((await shop.pool.query(over, [rows[0].ends])).rows[0].over).toBe(true),
        soon,
      );
    };
    const one = await shop.open(functions, { leaseMs });
    await shop.open(functions, { leaseMs });
    await one.send("go");
    await shop.over(1);
    expect(ran).toBe(1);
  });

  it.each(["step", "function"])(
    "discard the late result of a %s in the one that stood still",
    async (kind) => {
      const reached = { stalled: gate(), quick: gate() };
      const go = { stalled: gate(), quick: gate() };
      const functionsOf =
        (worker: "stalled" | "quick"): Functions =>
        (inngest) => [
          inngest.createFunction({ id: "stall", triggers: [{ event: "go" }] }, async ({ step }) => {
            const deed = async () => {
              reached[worker].open();
              await go[worker].passed;
              return worker;
            };
            return kind === "step" ? step.run("work", deed) : deed();
          }),
        ];
      const discarded = gate();
      const log = {
        ...silent,
        warn: (_: object, sentence: string) => /discarded/.test(sentence) && discarded.open(),
      };
      const stalled = await shop.open(functionsOf("stalled"), { log, parallel: 1 });
      await stalled.send("go");
      await reached.stalled.passed;
      await shop.open(functionsOf("quick"));
      // As if the first had not been able to renew its lease.
      await shop.pool.query(`UPDATE "EngineRun" SET lease = 'lapsed', "dueAt" = now()`);
      await reached.quick.passed;
      go.stalled.open();
      await discarded.passed;
      expect((await shop.pool.query('SELECT 1 FROM "EngineStep"')).rows).toEqual([]);
      expect(await shop.runs()).toMatchObject([{ status: "open" }]);
      go.quick.open();
      expect(await shop.over(1)).toMatchObject([{ outcome: "quick" }]);
    },
  );

  it("hand over at once when one of them is told to end", async () => {
    const reached = gate();
    const stuck = gate();
    const functionsOf =
      (worker: string): Functions =>
      (inngest) => [
        inngest.createFunction({ id: "stop", triggers: [{ event: "go" }] }, ({ step }) =>
          step.run("work", async () => {
            if (worker === "ending") {
              reached.open();
              await stuck.passed;
            }
            return worker;
          }),
        ),
      ];
    const ending = await shop.open(functionsOf("ending"), { leaseMs: 60_000 });
    await ending.send("go");
    await reached.passed;
    await shop.open(functionsOf("other"), { leaseMs: 60_000 });
    await ending.stop(10);
    expect(await shop.over(1)).toMatchObject([{ outcome: "other" }]);
    stuck.open();
  });

  it("finish what is quick when told to end", async () => {
    const reached = gate();
    const slow = gate();
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "stop", triggers: [{ event: "go" }] }, ({ step }) =>
        step.run("work", async () => {
          reached.open();
          await slow.passed;
          return "finished";
        }),
      ),
    ]);
    await engine.send("go");
    await reached.passed;
    const stopped = engine.stop(5000);
    slow.open();
    await stopped;
    expect(await shop.runs()).toMatchObject([{ status: "done", outcome: "finished", lease: null }]);
  });
});

describe("a process of another version", () => {
  const known: Functions = (inngest) => [
    ...nothing(inngest),
    inngest.createFunction({ id: "new", triggers: [{ event: "go" }] }, async ({ step }) => {
      await step.sleep("a month", "30d");
      return "by the one that knows it";
    }),
  ];

  it("leaves the events of functions it does not know to the one that does", async () => {
    const old = await shop.open(nothing, { version: "old" });
    await old.send("go");
    await vi.waitFor(async () => {
      const { rows } = await shop.pool.query(
        `SELECT "routedBy" FROM "EngineEvent" WHERE "routedAt" IS NOT NULL`,
      );
      expect(rows).toEqual([{ routedBy: "old" }]);
    }, soon);
    await shop.open(known, { version: "new" });
    await shop.openStep("sleeping");
    await shop.letTimePass();
    expect(await shop.over(1)).toMatchObject([{ outcome: "by the one that knows it" }]);
  });

  it("starts what an older one could not, and wakes nothing that began to wait since", async () => {
    const waiting: Functions = (inngest) => [
      inngest.createFunction({ id: "waiter", triggers: [{ event: "wait" }] }, async ({ step }) => {
        await step.waitForEvent("wait", { event: "go", timeout: "30d" });
      }),
    ];
    const old = await shop.open(waiting, { version: "old" });
    await old.send("go");
    await old.send("wait");
    await shop.openStep("waiting");
    await shop.open((inngest) => [...waiting(inngest), ...known(inngest)], { version: "new" });
    await shop.openStep("sleeping");
    await shop.openStep("waiting");
  });

  it("does not take runs of functions it does not know", async () => {
    const young = await shop.open(known, { version: "new" });
    await young.send("go");
    await shop.openStep("sleeping");
    await young.stop();
    const old = await shop.open(nothing, { version: "old" });
    await shop.letTimePass();
    await shop.pool.query(
      `UPDATE "EngineVersion" SET "seenAt" = now() - interval '1 minute' WHERE id = 'new'`,
    );
    await old.send("other");
    await vi.waitFor(async () => expect(await shop.runs()).toHaveLength(2), soon);
    expect(await shop.runs()).toMatchObject([{ functionId: "test-new", status: "open", lease: null }, {}]);
    await shop.open(known, { version: "new" });
    expect((await shop.over(2))[0]).toMatchObject({ outcome: "by the one that knows it" });
  });

  it("does not take a run whose steps it does not know, nor run a step of it", async () => {
    const ran: string[] = [];
    const functionsOf =
      (steps: string[]): Functions =>
      (inngest) => [
        inngest.createFunction({ id: "grown", triggers: [{ event: "go" }] }, async ({ step }) => {
          for (const id of steps) {
            if (id === "nap") await step.sleep("nap", "30d");
            else await step.run(id, () => ran.push(id));
          }
          return steps.length;
        }),
      ];
    const young = await shop.open(functionsOf(["a", "b", "nap", "c"]), { version: "new" });
    await young.send("go");
    await shop.openStep("sleeping");
    await young.stop();
    await shop.letTimePass();
    await shop.open(functionsOf(["a", "nap", "x"]), { version: "old" });
    await vi.waitFor(async () => {
      expect(await shop.runs()).toMatchObject([{ status: "open", lease: null, refusedBy: ["old"] }]);
    }, soon);
    expect(ran).toEqual(["a", "b"]);
    await shop.open(functionsOf(["a", "b", "nap", "c"]), { version: "newer" });
    expect(await shop.over(1)).toMatchObject([{ outcome: 4 }]);
    expect(ran).toEqual(["a", "b", "c"]);
  });

  it("takes over the runs of an older one whose steps it knows", async () => {
    const functionsOf =
      (id: string): Functions =>
      (inngest) => [
        inngest.createFunction({ id: "moved", triggers: [{ event: "go" }] }, async ({ step }) => {
          const before = await step.run("before", () => id);
          await step.waitForEvent("wait", { event: "changed", timeout: "30d" });
          return [before, await step.run("after", () => id)];
        }),
      ];
    const old = await shop.open(functionsOf("old"), { version: "old" });
    await old.send("go");
    await shop.openStep("waiting");
    await old.stop();
    const young = await shop.open(functionsOf("new"), { version: "new" });
    await young.send("changed");
    expect(await shop.over(1)).toMatchObject([{ outcome: ["old", "new"] }]);
  });

  it("that is older starts nothing while a newer one is alive, so that a renamed function runs once", async () => {
    const named =
      (id: string): Functions =>
      (inngest) => [inngest.createFunction({ id, triggers: [{ event: "go" }] }, () => id)];
    const old = await shop.open(named("first-name"), { version: "old" });
    const young = await shop.open(named("second-name"), { version: "new" });
    await Promise.all([1, 2, 3, 4, 5, 6].map((n) => (n % 2 ? old : young).send("go", { n })));
    expect((await shop.over(6)).map((run) => run.outcome)).toEqual(Array(6).fill("second-name"));
    await young.stop();
    await shop.pool.query(
      `UPDATE "EngineVersion" SET "seenAt" = now() - interval '1 minute' WHERE id = 'new'`,
    );
    await old.send("go");
    expect((await shop.over(7)).map((run) => run.outcome)).toContain("first-name");
  });
});

describe("the database", () => {
  it("may break every connection: work goes on", async () => {
    const engine = await shop.open((inngest) => [
      inngest.createFunction({ id: "steady", triggers: [{ event: "go" }] }, async ({ event, step }) => {
        await step.run("a", () => 1);
        await step.run("b", () => 2);
        return event.data.n;
      }),
    ]);
    const breaking = async () => {
      await shop.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    };
    for (let n = 0; n < 8; n++) {
      await engine.send("go", { n }, `event ${n}`);
      if (n % 2) await breaking();
    }
    expect(await shop.over(8)).toHaveLength(8);
  });

  it("may come later than the engine, which can also be ended while it waits", async () => {
    const warn = vi.fn();
    const engine = await shop.open(nothing, {
      databaseUrl: "postgresql://127.0.0.1:9/none",
      idle: true,
      log: { ...silent, warn },
    });
    let started = false;
    const starting = engine.start().then(() => {
      started = true;
    });
    await vi.waitFor(
      () => expect(warn).toHaveBeenCalledWith(expect.anything(), "the engine waits for its database"),
      soon,
    );
    expect(started).toBe(false);
    await engine.stop();
    await starting;
  });

  it("is rid of what ended long ago, and of nothing else", async () => {
    await shop.pool.query(`
      INSERT INTO "EngineRun" (id, "functionId", "eventId", event, status, "endedAt") VALUES
        ('done long ago', 'f', '1', '{}', 'done', now() - interval '4 days'),
        ('done', 'f', '2', '{}', 'done', now() - interval '2 days'),
        ('failed', 'f', '3', '{}', 'failed', now() - interval '4 days'),
        ('open', 'f', '4', '{}', 'open', NULL)`);
    await shop.pool.query(`
      INSERT INTO "EngineEvent" (id, name, payload, "routedAt") VALUES
        ('old', 'e', '{}', now() - interval '8 days'), ('new', 'e', '{}', now()), ('unrouted', 'e', '{}', NULL)`);
    await tidy(shop.pool);
    const ids = async (table: string) => {
      const { rows } = await shop.pool.query<{ id: string }>(`SELECT id FROM "${table}" ORDER BY id`);
      return rows.map((row) => row.id);
    };
    expect(await ids("EngineRun")).toEqual(["done", "failed", "open"]);
    expect(await ids("EngineEvent")).toEqual(["new", "unrouted"]);
  });
});

describe("a run", () => {
  it("that ends its process each time is given up, and its failure told", async () => {
    const told = gate<string>();
    const functions: Functions = (inngest) => [
      inngest.createFunction(
        {
          id: "deadly",
          triggers: [{ event: "go" }],
          onFailure: ({ error }: { error: Error }) => told.open(error.message),
        },
        () => {},
      ),
    ];
    await shop.pool.query(
      `INSERT INTO "EngineRun" (id, "functionId", "eventId", event, lease, "lostLeases")
       VALUES ('r', 'test-deadly', 'e', '{"id":"e","name":"go","data":{}}', 'of the dead', 20)`,
    );
    await shop.open(functions);
    expect(await told.passed).toContain("the process ended each time");
    await shop.over(2);
  });
});
