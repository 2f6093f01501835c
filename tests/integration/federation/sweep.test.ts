import "@/tests/support/quiet.ts";
import { beforeAll, expect, test } from "vitest";
import type { Database } from "@/server/db.ts";
import { sweepLogins } from "@/server/federation/login/sweep.ts";
import { testDatabase } from "@/tests/support/database.ts";

const now = new Date("2026-11-22T03:00:00Z");
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
const [past, future] = [ago(0.001), ago(-1)];

let db: Database;
beforeAll(async () => {
  db = await testDatabase();
});

test("what has had its time goes, and what has not stays", async () => {
  const institution = await db.institution.create({
    data: { entityId: "https://a", nameJa: "A", nameEn: "A", dnBase: "O=A" },
  });
  const member = await db.member.create({
    data: { institutionId: institution.id, subject: "uniqueId:1@a", displayName: "Hanako", mails: [] },
  });
  const session = (id: string, expiresAt: Date, endedAt: Date | null = null) =>
    db.session.create({
      data: {
        id,
        memberId: member.id,
        createdAt: ago(1),
        expiresAt,
        endedAt,
        authnAt: ago(1),
        assurance: [],
      },
    });
  const release = (id: string, expiresAt: Date) =>
    db.release.create({
      data: { id, providerId: "p", sealed: Buffer.from("x"), createdAt: ago(1), expiresAt },
    });
  await Promise.all([session("over", past), session("inForce", future), session("loggedOut", future, past)]);
  await Promise.all(
    [
      ["over", past],
      ["inForce", future],
      ["loggedOut", future],
      ["ofABrowser", future],
    ].map(([id, until]) => release(id as string, until as Date)),
  );
  for (const [id, expiresAt] of [
    ["past", past],
    ["future", future],
  ] as const) {
    await db.loginRequest.create({
      data: { id, requestId: id, providerId: "p", locale: "ja", createdAt: ago(1), expiresAt },
    });
    await db.seenAssertion.create({ data: { id, expiresAt } });
    await db.jacksonRecord.create({ data: { namespace: "n", key: id, value: "v", expiresAt } });
  }
  for (const days of [1, 89, 91, 400]) {
    await db.loginRecord.create({ data: { at: ago(days), step: "answer", received: [], dropped: [] } });
    await db.federationRefresh.create({
      data: { at: ago(days), source: "s", outcome: "loaded", appeared: [], vanished: [], took: 1 },
    });
  }

  expect(await sweepLogins({ db, now: () => now })).toEqual({
    LoginRequest: 1,
    SeenAssertion: 1,
    JacksonRecord: 1,
    Session: 1,
    Release: 2,
    LoginRecord: 2,
    FederationRefresh: 2,
  });
  expect((await db.session.findMany()).map(({ id }) => id).sort()).toEqual(["inForce", "loggedOut"]);
  expect((await db.release.findMany()).map(({ id }) => id).sort()).toEqual(["inForce", "ofABrowser"]);
  expect(await db.member.count()).toBe(1);
});

test("of very many, all go, some thousand at a time", async () => {
  await db.$executeRaw`
    INSERT INTO "SeenAssertion" ("id", "expiresAt") SELECT 'a' || n, ${past}::timestamptz FROM generate_series(1, 4500) AS n`;
  expect(await sweepLogins({ db, now: () => now })).toMatchObject({ SeenAssertion: 4500 });
  expect(await db.seenAssertion.count()).toBe(1);
});
