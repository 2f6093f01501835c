/** Statements straight to PostgreSQL: whole or not at all, on connections that come back, with columns as Prisma gives them. */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Plain, plainOf } from "@/server/db/plain.ts";
import { type Database, openDatabase } from "@/server/db.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";

let url: string;
let db: Database;
beforeAll(async () => {
  url = await testDatabaseUrl();
  db = openDatabase(url, 2);
});
beforeEach(async () => {
  await db.outboxEvent.deleteMany();
});
afterAll(() => db.$disconnect());

const names = async () =>
  (await db.outboxEvent.findMany({ orderBy: { name: "asc" } })).map(({ name }) => name);

type Tx = Parameters<Parameters<Plain["inOneGo"]>[0]>[0];
const note = (tx: Tx, name: string) =>
  tx.$executeRaw`INSERT INTO "OutboxEvent" (id, name, data) VALUES (gen_random_uuid()::text, ${name}, '{}')`;

const patient = { maxWait: 20_000, timeout: 20_000 };

/** A pool of one connection, which tells what is out of it. */
async function alone<T>(deed: (plain: Plain, pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, max: 1, pipeline: true });
  pool.on("error", () => {});
  try {
    return await deed(plainOf(pool, patient), pool);
  } finally {
    await pool.end();
  }
}

test("what a deed says is there when it is done, with how many rows it touched", async () => {
  const count = await db.plain.inOneGo(async (tx) => {
    await note(tx, "one");
    await note(tx, "two");
    expect(await names()).toEqual([]);
    return tx.$executeRaw`UPDATE "OutboxEvent" SET "sentAt" = now()`;
  });
  expect(count).toBe(2);
  expect(await names()).toEqual(["one", "two"]);
});

test("a deed that throws leaves nothing behind, and its connection is as good as before", async () => {
  await alone(async (plain, pool) => {
    const broken = plain.inOneGo(async (tx) => {
      await note(tx, "one");
      throw new Error("cut off");
    });
    await expect(broken).rejects.toThrow("cut off");
    const refused = plain.inOneGo(async (tx) => {
      await note(tx, "one");
      await tx.$queryRaw`SELECT 1 / 0`;
    });
    await expect(refused).rejects.toMatchObject({ code: "22012" });
    expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 });
    await plain.inOneGo((tx) => note(tx, "two"));
  });
  expect(await names()).toEqual(["two"]);
});

test("a deed that does not mind a statement's failure fails all the same", async () => {
  const deed = db.plain.inOneGo(async (tx) => {
    await note(tx, "one");
    await tx.$queryRaw`SELECT 1 / 0`.catch(() => {});
  });
  await expect(deed).rejects.toMatchObject({ code: "22012" });
  expect(await names()).toEqual([]);
});

test("statements sent together are done in their order, whether they look or write", async () => {
  const count = (tx: Tx) => tx.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM "OutboxEvent"`;
  const together = (tx: Tx) =>
    Promise.all([count(tx), note(tx, "one"), count(tx), note(tx, "two"), count(tx)]);
  const [first, second] = await db.plain.inOneGo(async (tx) => [await together(tx), await together(tx)]);
  expect(first).toEqual([[{ n: 0 }], 1, [{ n: 1 }], 1, [{ n: 2 }]]);
  expect(second).toEqual([[{ n: 2 }], 1, [{ n: 3 }], 1, [{ n: 4 }]]);
});

test("of statements sent together, those behind one that failed tell why it did", async () => {
  const told: unknown[] = [];
  const deed = db.plain.inOneGo(async (tx) => {
    const sent = [note(tx, "one"), tx.$queryRaw`SELECT 1 / 0`, note(tx, "two"), tx.$queryRaw`SELECT 1`];
    told.push(...(await Promise.allSettled(sent)));
    await note(tx, "three");
  });
  await expect(deed).rejects.toMatchObject({ code: "22012" });
  const failed = { status: "rejected", reason: expect.objectContaining({ code: "22012" }) };
  expect(told).toEqual([{ status: "fulfilled", value: 1 }, failed, failed, failed]);
  expect(await names()).toEqual([]);
});

test("what is sent without a wait for its answer is there when the deed is done, in its order", async () => {
  const count = await db.plain.inOneGo(async (tx) => {
    await tx.$send`INSERT INTO "OutboxEvent" (id, name, data) VALUES ('1', ${"one"}, '{}')`;
    const touched = await tx.$executeRaw`UPDATE "OutboxEvent" SET name = 'two'`;
    await tx.$send`UPDATE "OutboxEvent" SET name = name || ${" and three"}`;
    return touched;
  });
  expect(count).toBe(1);
  expect(await names()).toEqual(["two and three"]);
});

test("what is sent so and fails fails its deed, and tells why; the next is as good as before", async () => {
  await alone(async (plain, pool) => {
    const last = plain.inOneGo(async (tx) => {
      await note(tx, "one");
      await tx.$send`INSERT INTO "OutboxEvent" (id, name, data) SELECT '1', ${"two"}, '{}' FROM generate_series(1, 2)`;
    });
    await expect(last).rejects.toMatchObject({ code: "23505" });
    const behind = plain.inOneGo(async (tx) => {
      await tx.$send`SELECT 1 / 0`;
      await note(tx, "two");
    });
    await expect(behind).rejects.toMatchObject({ code: "22012" });
    expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 });
    await plain.inOneGo((tx) => note(tx, "three"));
  });
  expect(await names()).toEqual(["three"]);
});

test("nothing is written where the transaction could not begin", async () => {
  const deed = alone(async (plain, pool) => {
    pool.on("connect", (client) => {
      const query = client.query.bind(client) as (said: unknown) => unknown;
      Object.assign(client, { query: (said: unknown) => query(said === "BEGIN" ? "SELECT 1 / 0" : said) });
    });
    await plain.inOneGo((tx) => note(tx, "one"));
  });
  await expect(deed).rejects.toMatchObject({ code: "22012" });
  expect(await names()).toEqual([]);
});

test("what is said only at the commit, as by a deferred trigger, is the deed's failure", async () => {
  await db.$executeRaw`CREATE FUNCTION says_no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$`;
  await db.$executeRaw`
    CREATE CONSTRAINT TRIGGER says_no AFTER INSERT ON "OutboxEvent" DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.name = 'late') EXECUTE FUNCTION says_no()`;
  await expect(db.plain.inOneGo((tx) => note(tx, "late"))).rejects.toThrow("no");
  expect(await names()).toEqual([]);
});

test("a connection lost in the middle, at work or at rest, ends its deed only", async () => {
  await alone(async (plain, pool) => {
    const atWork = plain.inOneGo(async (tx) => {
      await note(tx, "one");
      await tx.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`;
    });
    await expect(atWork).rejects.toThrow();
    const atRest = plain.inOneGo(async (tx) => {
      await note(tx, "one");
      const [own] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      await db.$queryRaw`SELECT pg_terminate_backend(${own?.pid}::int)`;
      await pause(100);
      await note(tx, "two");
    });
    await expect(atRest).rejects.toThrow();
    await plain.inOneGo((tx) => note(tx, "three"));
    expect(pool.totalCount).toBe(1);
  });
  expect(await names()).toEqual(["three"]);
});

test("a deed that takes too long is over: what it said is gone, what it still says is refused", async () => {
  await alone(async (plain, pool) => {
    const hurried = plainOf(pool, { ...patient, timeout: 1000 });
    const isOver = Promise.withResolvers<void>();
    let afterwards: Promise<unknown> | undefined;
    const long = hurried.inOneGo(async (tx) => {
      await note(tx, "one");
      afterwards = isOver.promise.then(() => note(tx, "two"));
      await afterwards;
    });
    await expect(long).rejects.toThrow("not over after 1000 ms");
    isOver.resolve();
    await expect(afterwards).rejects.toThrow("not over after 1000 ms");
    const stuck = hurried.inOneGo((tx) => tx.$queryRaw`SELECT pg_sleep(5)::text`);
    await expect(stuck).rejects.toThrow("not over after 1000 ms");
    await plain.inOneGo((tx) => note(tx, "three"));
    expect(pool.totalCount).toBe(1);
  });
  expect(await names()).toEqual(["three"]);
});

test("what a deed leaves running goes into nobody else's transaction", async () => {
  const left: Tx[] = [];
  await db.plain.inOneGo(async (tx) => void left.push(tx));
  const [tx] = left as [Tx];
  await expect(note(tx, "late")).rejects.toThrow("over");
  await expect(tx.$send`DELETE FROM "OutboxEvent"`).rejects.toThrow("over");
  expect(await names()).toEqual([]);
});

test("who finds every connection taken waits for a while, is told so, and takes none for it", async () => {
  await alone(async (plain, pool) => {
    const taken = await pool.connect();
    const hurried = plainOf(pool, { ...patient, maxWait: 200 });
    await expect(hurried.inOneGo((tx) => note(tx, "one"))).rejects.toThrow("free for 200 ms");
    taken.release();
    await vi.waitFor(() => expect(pool).toMatchObject({ totalCount: 1, idleCount: 1, waitingCount: 0 }), {
      timeout: 15_000,
    });
    const next = await pool.connect();
    const waiting = plain.inOneGo((tx) => note(tx, "two"));
    await vi.waitFor(() => expect(pool.waitingCount).toBe(1), { timeout: 15_000 });
    next.release();
    await waiting;
  });
  expect(await names()).toEqual(["two"]);
});

test("of two that wait for each other one goes on", async () => {
  await db.plain.inOneGo((tx) => note(tx, "a"));
  await db.plain.inOneGo((tx) => note(tx, "b"));
  const take = (tx: Tx, name: string) =>
    tx.$queryRaw`SELECT 1 FROM "OutboxEvent" WHERE name = ${name} FOR UPDATE`;
  const [hasA, hasB] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const both = await Promise.allSettled([
    db.plain.inOneGo(async (tx) => {
      await take(tx, "a");
      hasA.resolve();
      await hasB.promise;
      await take(tx, "b");
    }),
    db.plain.inOneGo(async (tx) => {
      await take(tx, "b");
      hasB.resolve();
      await hasA.promise;
      await take(tx, "a");
    }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "40P01" } });
});

/** All kinds of columns the issuing path reads, and what it sends. */
const ask = (tx: Pick<Tx, "$queryRaw">, given: { at: Date; octets: Uint8Array }) => tx.$queryRaw<object[]>`
  SELECT ${given.at}::timestamptz AS at, ${given.octets}::bytea AS octets, ''::bytea AS empty, 9007199254740993::int8 AS long,
    7::int4 AS short, true AS yes, NULL::bytea AS none, 'client'::"Kind" AS kind, ${["ö", 'a"b,c', "{}"]}::text[] AS texts,
    '{"a": [1, null]}'::jsonb AS json, 'Grüße' AS text, ${null}::text AS null_text`;

test("columns come out as Prisma gives them, also where the database lives in another time zone", async () => {
  await db.$executeRawUnsafe(
    `ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET timezone TO 'Asia/Tokyo'`,
  );
  const abroad = openDatabase(url, 2);
  const given = { at: new Date("2026-11-22T03:04:05.678Z"), octets: Uint8Array.from([0, 1, 254, 255]) };
  try {
    const [mine] = await abroad.plain.inOneGo((tx) => ask(tx, given));
    const [prismas] = await ask(abroad, given);
    expect(mine).toStrictEqual(prismas);
    expect(mine).toMatchObject({ ...given, long: 9007199254740993n, texts: ["ö", 'a"b,c', "{}"] });
    // Written by one and read by the other it is the same moment.
    await abroad.outboxEvent.create({ data: { name: "moment", data: {}, sentAt: given.at } });
    expect(await abroad.plain.$queryRaw`SELECT "sentAt" FROM "OutboxEvent"`).toEqual([{ sentAt: given.at }]);
  } finally {
    await abroad.$disconnect();
  }
});

test("where statements cannot have names, as behind some poolers, they go on without", async () => {
  await alone(async (plain, pool) => {
    const named = async () => {
      const { rows } = await pool.query("SELECT count(*)::int AS n FROM pg_prepared_statements");
      return rows[0].n;
    };
    const say = () => plain.inOneGo((tx) => note(tx, "one"));
    await say();
    expect(await named()).toBe(1);
    // Another connection behind the same one, which knows no names.
    await pool.query("DEALLOCATE ALL");
    await say();
    await say();
    expect(await named()).toBe(0);
  });
  expect(await names()).toEqual(["one", "one", "one"]);
});
