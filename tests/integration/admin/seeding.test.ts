/** `npm run seed`: what it brings looks to the portal like what has grown, stays as it is when there is enough, and goes without a trace. */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seed, seeded, unseed } from "@/bin/seeding.ts";
import { allApplications, findApplications } from "@/server/admin/find.ts";
import { overviewOf } from "@/server/admin/overview.ts";
import { verifyChain } from "@/server/audit/verify.ts";
import { type Database, openDatabase } from "@/server/db.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";

const now = new Date();
let db: Database;
let client: pg.Client;

beforeAll(async () => {
  const url = await testDatabaseUrl();
  db = openDatabase(url);
  client = new pg.Client(url);
  await client.connect();
  await seed(client, 400);
  await seed(client, 1000);
});

afterAll(async () => {
  await client.end();
  await db.$disconnect();
});

const overview = () => overviewOf(db, { institutions: null, now });

test("it adds until there are so many, and then nothing", async () => {
  const before = await db.enrollment.findMany({ orderBy: { id: "asc" } });
  await seed(client, 700);
  expect(await db.enrollment.findMany({ orderBy: { id: "asc" } })).toEqual(before);
  expect(await seeded(client)).toBe(1000);
});

test("the overview counts what there is, in every state that an application can be in", async () => {
  const { applications } = await overview();
  const grouped = await db.enrollment.groupBy({ by: ["status"], _count: true });
  const counted = applications.map(({ status, count }) => [status, count.client + count.smime] as const);
  expect(Object.fromEntries(counted.filter(([, count]) => count > 0))).toEqual(
    Object.fromEntries(grouped.map(({ status, _count }) => [status, _count])),
  );
  expect(counted.filter(([, count]) => count === 0)).toEqual([]);
});

test("an application of it is found by what is known of it, and all of them go into a file", async () => {
  const one = await db.enrollment.findFirstOrThrow({
    where: { status: "active" },
    include: { member: true },
  });
  for (const text of [one.mail, one.member.eppn, one.dn, one.serial]) {
    const { applications } = await findApplications(db, {
      ...{ filter: { text: text ?? "" }, institutions: [one.institutionId], from: null, now },
    });
    expect(applications.map(({ id }) => id)).toContain(one.id);
  }
  let all = 0;
  for await (const batch of allApplications(db, { filter: {}, institutions: null, now })) all += batch.length;
  expect(all).toBe(1000);
});

test("it goes again, with everything that came with it; what was there before stays", async () => {
  await db.institution.create({
    data: { id: "a", entityId: "https://idp.a.example.ac.jp/", nameJa: "a", nameEn: "a", dnBase: "O=a,C=JP" },
  });
  await unseed(client);
  for (const table of ["Enrollment", "Member", "Order", "HistoryEntry", "Letter", "EnrollmentWords"]) {
    const { rows } = await client.query(`SELECT count(*)::int AS count FROM "${table}"`);
    expect([table, rows[0].count]).toEqual([table, 0]);
  }
  expect(await db.institution.findMany({ select: { id: true } })).toEqual([{ id: "a" }]);
  const { applications } = await overview();
  expect(applications.every(({ count }) => count.client + count.smime === 0)).toBe(true);
  expect((await verifyChain(db)).broken).toBeNull();
});
