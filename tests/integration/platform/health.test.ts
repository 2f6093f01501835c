import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { type Database, openDatabase } from "@/server/db.ts";
import { examine } from "@/server/health.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabase } from "@/tests/support/database.ts";

const now = new Date("2026-04-01T00:00:00Z");
const tomorrow = new Date("2026-04-02T00:00:00Z");

const openCa = async () => ({ issues: true });
const hosted = true;

test("all is well while the database answers and metadata are in force", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
  expect(await examine({ db, now, openCa, hosted })).toEqual({
    well: true,
    parts: { database: "ok", engine: "ok", federation: "ok", ca: "ok", mail: "ok" },
  });
});

test("a portal without a CA of its own needs none", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
  expect(await examine({ db, now, openCa: null, hosted })).toEqual({
    well: true,
    parts: { database: "ok", engine: "ok", federation: "ok", ca: "not used", mail: "ok" },
  });
});

test("it is not before metadata were ever read", async () => {
  const health = await examine({ db: await testDatabase(), now, openCa, hosted });
  expect(health).toEqual({
    well: false,
    parts: { database: "ok", engine: "ok", federation: "no metadata in force", ca: "ok", mail: "ok" },
  });
});

test("it is not when metadata were refused since the start, and says so", async () => {
  const db = await testDatabase();
  const failure = "signature_invalid: no pinned certificate";
  await db.federationState.create({ data: { id: "current", triedAt: now, failure } });
  const told = async (since: Date) => (await examine({ db, now, openCa, hosted, since })).parts.federation;
  expect(await told(now)).toBe("metadata refused");
  expect(await told(tomorrow)).toBe("no metadata in force");
});

test("it is not when the metadata have run out", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: now } });
  expect((await examine({ db, now, openCa, hosted })).well).toBe(false);
});

test("it is not when the database does not answer", async () => {
  const nowhere = openDatabase("postgresql://nobody:secret@127.0.0.1:1/nowhere");
  const health = await examine({ db: nowhere, now, openCa, hosted });
  expect(health).toEqual({
    well: false,
    parts: {
      database: "no answer",
      engine: "unknown",
      federation: "unknown",
      ca: "unknown",
      mail: "unknown",
    },
  });
});

test("it is not when the CA's keys were sealed with another key, and says so", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
  const ca = () =>
    new LocalCa({
      db,
      now: () => now,
      sealing: sealing(randomBytes(32)),
      tell: async () => {},
      baseUrl: "http://localhost:3000",
    });
  await ca().open();
  const health = await examine({ db, now, openCa: () => ca().open(), hosted });
  expect(health).toMatchObject({
    well: false,
    parts: { database: "ok", federation: "ok", ca: "keys cannot be used" },
  });
});

test("it is while a root elsewhere has yet to sign the CAs, and says so: applications are taken, and wait", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
  const ca = new LocalCa({
    db,
    now: () => now,
    sealing: sealing(randomBytes(32)),
    tell: async () => {},
    baseUrl: "http://localhost:3000",
    root: "offline",
  });
  expect(await examine({ db, now, openCa: () => ca.open(), hosted })).toEqual({
    well: true,
    parts: { database: "ok", engine: "ok", federation: "ok", ca: "no issuing CA yet", mail: "ok" },
  });
});

describe("the engine inside the portal", () => {
  const engineOf = async (db: Database, mode: boolean) => {
    const { well, parts } = await examine({ db, now, openCa, hosted: mode });
    return [parts.engine, well];
  };
  const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

  test("is well while any process gave a sign within the last minute; Inngest's needs none", async () => {
    const db = await testDatabase();
    await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
    expect(await engineOf(db, false)).toEqual(["not alive", false]);
    expect(await engineOf(db, true)).toEqual(["ok", true]);
    const version = await db.engineVersion.create({ data: { id: "a", events: [], seenAt: minutesAgo(0.5) } });
    expect(await engineOf(db, false)).toEqual(["ok", true]);
    await db.engineVersion.update({ where: { id: version.id }, data: { seenAt: minutesAgo(2) } });
    expect(await engineOf(db, false)).toEqual(["not alive", false]);
  });

  test("that leaves events behind is told, and people may come all the same", async () => {
    const db = await testDatabase();
    await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
    const event = { name: "enrollment/revoked", data: {} };
    await db.outboxEvent.create({ data: { ...event, createdAt: minutesAgo(9) } });
    await db.outboxEvent.create({ data: { ...event, createdAt: minutesAgo(90), sentAt: now } });
    expect(await engineOf(db, true)).toEqual(["ok", true]);
    await db.outboxEvent.create({ data: { ...event, createdAt: minutesAgo(11) } });
    expect(await engineOf(db, true)).toEqual(["events wait", true]);
  });
});

test.each([
  ["nothing to send", [], "ok"],
  ["mails that went", [["sent", 60]], "ok"],
  ["one that has just been asked for", [["waiting", 14]], "ok"],
  ["one that waits", [["waiting", 16]], "letters wait"],
  [
    "one given up among others that went",
    [
      ["sent", 60],
      ["sent", 70],
      ["failed", 800],
    ],
    "ok",
  ],
  [
    "as many given up as went",
    [
      ["sent", 60],
      ["failed", 800],
    ],
    "letters fail",
  ],
  ["some given up long ago", [["failed", 3 * 1440]], "ok"],
] as const)("the mail, with %s, is told so and ends nothing", async (_, letters, told) => {
  const { db, member } = await worldOfLetters();
  await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
  const enrollment = await db.enrollment.create({ data: { ...application, memberId: member.id } });
  await db.letter.createMany({
    data: letters.map(([status, minutes], n) => ({
      ...{ key: `k:${n}`, kind: "acceptance", enrollmentId: enrollment.id, recipient: "x@a.example.ac.jp" },
      ...{ locale: "ja", status, createdAt: new Date(now.getTime() - minutes * 60_000) },
    })),
  });
  const { well, parts } = await examine({ db, now, openCa, hosted });
  expect([well, parts.mail]).toEqual([true, told]);
});

const application = {
  ...{
    number: 1,
    kind: "client" as const,
    months: 13,
    requestKey: "1",
    dn: "CN=x",
    mail: "x@a.example.ac.jp",
  },
  ...{ locale: "ja", requestedAt: now },
};

async function worldOfLetters() {
  const db = await testDatabase();
  const names = { entityId: "https://idp.a.example.ac.jp/idp", nameJa: "a", nameEn: "a", dnBase: "C=JP" };
  const { id } = await db.institution.create({ data: names });
  const member = await db.member.create({
    data: { institutionId: id, subject: "uniqueId:x", displayName: "Hanako Kokuritsu", mails: [] },
  });
  return { db, member };
}
