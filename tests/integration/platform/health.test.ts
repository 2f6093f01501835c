import { expect, test } from "vitest";
import { openDatabase } from "@/server/db.ts";
import { examine } from "@/server/health.ts";
import { testDatabase } from "@/tests/support/database.ts";

const now = new Date("2026-04-01T00:00:00Z");
const tomorrow = new Date("2026-04-02T00:00:00Z");

test("all is well while the database answers and metadata are in force", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: tomorrow } });
  expect(await examine(db, now)).toEqual({ well: true, parts: { database: "ok", federation: "ok" } });
});

test("it is not before metadata were ever read", async () => {
  const health = await examine(await testDatabase(), now);
  expect(health).toEqual({ well: false, parts: { database: "ok", federation: "no metadata in force" } });
});

test("it is not when metadata were refused since the start, and says so", async () => {
  const db = await testDatabase();
  const failure = "signature_invalid: no pinned certificate";
  await db.federationState.create({ data: { id: "current", triedAt: now, failure } });
  const told = async (since: Date) => (await examine(db, now, { since })).parts.federation;
  expect(await told(now)).toBe("metadata refused");
  expect(await told(tomorrow)).toBe("no metadata in force");
});

test("it is not when the metadata have run out", async () => {
  const db = await testDatabase();
  await db.federationState.create({ data: { id: "current", validUntil: now } });
  expect((await examine(db, now)).well).toBe(false);
});

test("it is not when the database does not answer", async () => {
  const nowhere = openDatabase("postgresql://nobody:secret@127.0.0.1:1/nowhere");
  const health = await examine(nowhere, now);
  expect(health).toEqual({ well: false, parts: { database: "no answer", federation: "unknown" } });
});
