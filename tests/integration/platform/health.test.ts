import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { LocalCa } from "@/server/ca/local/local-ca.ts";
import { openDatabase } from "@/server/db.ts";
import { examine } from "@/server/health.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabase } from "@/tests/support/database.ts";

const now = new Date("2026-04-01T00:00:00Z");
const tomorrow = new Date("2026-04-02T00:00:00Z");

const openCa = async () => ({ issues: true });

test("all is well while the database answers and metadata are in force", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
  expect(await examine({ db, now, openCa })).toEqual({
    well: true,
    parts: { database: "ok", federation: "ok", ca: "ok" },
  });
});

test("a portal without a CA of its own needs none", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
  expect(await examine({ db, now, openCa: null })).toEqual({
    well: true,
    parts: { database: "ok", federation: "ok", ca: "not used" },
  });
});

test("it is not before metadata were ever read", async () => {
  const health = await examine({ db: await testDatabase(), now, openCa });
  expect(health).toEqual({
    well: false,
    parts: { database: "ok", federation: "no metadata in force", ca: "ok" },
  });
});

test("it is not when metadata were refused since the start, and says so", async () => {
  const db = await testDatabase();
  const failure = "signature_invalid: no pinned certificate";
  await db.federationState.create({ data: { id: "current", triedAt: now, failure } });
  const told = async (since: Date) => (await examine({ db, now, openCa, since })).parts.federation;
  expect(await told(now)).toBe("metadata refused");
  expect(await told(tomorrow)).toBe("no metadata in force");
});

test("it is not when the metadata have run out", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: now } });
  expect((await examine({ db, now, openCa })).well).toBe(false);
});

test("it is not when the database does not answer", async () => {
  const nowhere = openDatabase("postgresql://nobody:secret@127.0.0.1:1/nowhere");
  const health = await examine({ db: nowhere, now, openCa });
  expect(health).toEqual({
    well: false,
    parts: { database: "no answer", federation: "unknown", ca: "unknown" },
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
  const health = await examine({ db, now, openCa: () => ca().open() });
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
  expect(await examine({ db, now, openCa: () => ca.open() })).toEqual({
    well: true,
    parts: { database: "ok", federation: "ok", ca: "no issuing CA yet" },
  });
});
