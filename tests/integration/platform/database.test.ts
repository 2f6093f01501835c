import pg from "pg";
import { beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "@/server/db.ts";
import { testDatabase, testDatabaseUrl } from "@/tests/support/database.ts";

let db: Database;
beforeAll(async () => {
  db = await testDatabase();
});

test("a test has a database of its own", async () => {
  await db.institution.create({
    data: { entityId: "https://idp.example.ac.jp/", nameJa: "例", nameEn: "Example", dnBase: "C=JP" },
  });
  const other = await testDatabase();
  expect(await db.institution.count()).toBe(1);
  expect(await other.institution.count()).toBe(0);
});

test("the migrations lead to what the schema says", async () => {
  const client = new pg.Client({ connectionString: await testDatabaseUrl() });
  await client.connect();
  const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') AS kept");
  await client.end();
  expect(rows[0].kept, "prisma/schema.prisma is ahead: run `npm run make-migration`").not.toBeNull();
});

test("who finds every connection taken waits for their turn, and is not turned away", async () => {
  const narrow = openDatabase(await testDatabaseUrl(), 1);
  try {
    const long = narrow.$transaction((tx) => tx.$queryRaw`SELECT pg_sleep(2.3)::text`);
    const next = narrow.$transaction((tx) => tx.institution.count());
    await long;
    expect(await next).toBe(0);
  } finally {
    await narrow.$disconnect();
  }
});
