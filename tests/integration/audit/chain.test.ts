/** The chain holds under many at once, refuses to be changed, and whoever changes it all the same is found. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { actingAs } from "@/server/audit/actor.ts";
import { append } from "@/server/audit/append.ts";
import { keyIdOf } from "@/server/audit/chain.ts";
import { type PublicHead, publicHead, signHead } from "@/server/audit/heads.ts";
import { forget } from "@/server/audit/retention.ts";
import { type Trusted, verifyChain } from "@/server/audit/verify.ts";
import type { Database } from "@/server/db.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabase } from "@/tests/support/database.ts";

const at = new Date("2026-11-22T01:00:00Z");
const seal = sealing(randomBytes(32));
let db: Database;

beforeEach(async () => {
  db = await testDatabase();
});

const note = (subjectId: string, when = at) =>
  ({ deed: "enrollment.seen", at: when, subject: "enrollment", subjectId }) as const;
const write = (subjectId: string, when = at) =>
  db.$transaction((tx) => append(tx, { ...note(subjectId, when), after: { status: "active", n: 1 } }));
const head = (now = at) => signHead({ db, now: () => now, sealing: seal });

/** What a superuser does who has switched the triggers off. */
async function tamper(sql: string): Promise<void> {
  await db.$transaction([
    db.$executeRawUnsafe("SET LOCAL session_replication_role = replica"),
    db.$executeRawUnsafe(sql),
  ]);
}

test("fifty at once, some of them undone, leave a chain without a gap that holds from end to end", async () => {
  const deeds = Array.from({ length: 50 }, (_, n) =>
    db
      .$transaction(async (tx) => {
        await append(tx, note(`${n}`), note(`${n}, once more`));
        if (n % 5 === 0) throw new Error("undone");
      })
      .catch(() => {}),
  );
  await Promise.all(deeds);
  const links = await db.auditLink.findMany({ orderBy: { seq: "asc" } });
  expect(links.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 80 }, (_, n) => n + 1));
  expect(await db.auditEntry.count()).toBe(80);
  expect(await verifyChain(db)).toEqual({ links: 80, forgotten: 0, heads: 0, broken: null });
});

test("what is undone within a transaction leaves no place behind, even where places were given already", async () => {
  await db.$transaction(async (tx) => {
    await append(tx, note("a"), note("b"));
    await tx.$executeRaw`SET CONSTRAINTS ALL IMMEDIATE`;
    await tx.$executeRaw`SAVEPOINT here`;
    await append(tx, note("c"));
    await tx.$executeRaw`ROLLBACK TO SAVEPOINT here`;
    await append(tx, note("d"), note("e"));
  });
  await write("f");
  const entries = await db.auditEntry.findMany({ select: { id: true, subjectId: true } });
  const links = await db.auditLink.findMany({ orderBy: { seq: "asc" } });
  const told = links.map(({ entryId }) => entries.find(({ id }) => id === entryId)?.subjectId);
  expect(told).toEqual(["a", "b", "d", "e", "f"]);
  expect(await verifyChain(db)).toMatchObject({ links: 5, broken: null });
});

test("an entry says who did it, from where, and under which number it can be asked for", async () => {
  await actingAs({ role: "registrar", id: "m1", from: "192.0.2.1", reference: "ABCD2345" }, () =>
    write("e1"),
  );
  await write("e2");
  expect(await db.auditEntry.findMany({ orderBy: { subjectId: "asc" } })).toMatchObject([
    { role: "registrar", actorId: "m1", from: "192.0.2.1", reference: "ABCD2345", subjectId: "e1" },
    { role: "workflow", actorId: "portal", from: null, reference: null, subjectId: "e2" },
  ]);
});

test("no entry, link, head or key is changed or taken away, whoever asks", async () => {
  await write("e1");
  await head();
  const refused = [
    `UPDATE "AuditEntry" SET reason = 'other'`,
    `DELETE FROM "AuditEntry"`,
    `TRUNCATE "AuditEntry"`,
    `UPDATE "AuditLink" SET seq = 7`,
    `DELETE FROM "AuditLink"`,
    `TRUNCATE "AuditLink"`,
    `UPDATE "AuditHead" SET at = now()`,
    `UPDATE "AuditHead" SET "sentAt" = now(), seq = 7`,
    `DELETE FROM "AuditHead"`,
    `TRUNCATE "AuditHead"`,
    `UPDATE "AuditKey" SET "publicKey" = 'other'`,
    `DELETE FROM "AuditKey"`,
    `TRUNCATE "AuditKey"`,
  ];
  for (const sql of refused)
    await expect(db.$executeRawUnsafe(sql), sql).rejects.toThrow(/append-only|permission denied/);
  expect(await verifyChain(db)).toMatchObject({ links: 1, heads: 1, broken: null });
});

test("when a head was sent, and how its key is sealed, may change", async () => {
  await write("e1");
  await head();
  await db.auditHead.updateMany({ data: { sentAt: at } });
  await db.auditKey.updateMany({ data: { sealedKey: Buffer.from("sealed anew") } });
  expect(await db.auditHead.findFirst()).toMatchObject({ sentAt: at });
});

test("half a surrogate pair does not keep a deed from being done", async () => {
  await db.$transaction((tx) => append(tx, { ...note("e1"), reason: "\ud83d", after: { name: "\udc00" } }));
  expect(await db.auditEntry.findFirst()).toMatchObject({ reason: "\ufffd", after: { name: "\ufffd" } });
  expect(await verifyChain(db)).toMatchObject({ links: 1, broken: null });
});

describe("what somebody changed all the same is named", () => {
  beforeEach(async () => {
    for (const subject of ["e1", "e2", "e3", "e4"]) await write(subject);
    await head();
    await write("e5");
  });
  const third = `(SELECT "entryId" FROM "AuditLink" WHERE seq = 3)`;

  test.each([
    [`UPDATE "AuditEntry" SET reason = 'other' WHERE id = ${third}`, "entry_changed", 3],
    [
      `UPDATE "AuditEntry" SET canonical = replace(canonical, '"e3"', '"e9"'), "subjectId" = 'e9' WHERE id = ${third}`,
      "entry_changed",
      3,
    ],
    [`DELETE FROM "AuditEntry" WHERE id = ${third}`, "entry_removed", 3],
    [`DELETE FROM "AuditLink" WHERE seq = 3`, "gap", 4],
    [`UPDATE "AuditLink" SET hash = sha256('other') WHERE seq = 3`, "link_changed", 3],
    [`DELETE FROM "AuditLink" WHERE seq > 2`, "cut_off", 4],
    [`DELETE FROM "AuditLink" WHERE seq = 5`, "unlinked", null],
    [`UPDATE "AuditHead" SET at = at + interval '1 hour'`, "head_signature", 4],
    // All of it written anew, as one would who knows how it is made.
    [
      `WITH RECURSIVE own AS (SELECT seq, "entryId", CASE seq WHEN 3 THEN sha256('other') ELSE digest END AS digest FROM "AuditLink"),
       anew AS (
         SELECT seq, digest, sha256(decode(repeat('00', 32), 'hex') || digest) AS hash FROM own WHERE seq = 1
         UNION ALL SELECT o.seq, o.digest, sha256(a.hash || o.digest) FROM own o JOIN anew a ON o.seq = a.seq + 1),
       gone AS (DELETE FROM "AuditEntry" WHERE id = ${third})
       UPDATE "AuditLink" l SET digest = a.digest, hash = a.hash FROM anew a WHERE a.seq = l.seq`,
      "entry_removed",
      3,
    ],
  ])("%s", async (sql, fault, seq) => {
    await tamper(sql);
    const { broken } = await verifyChain(db);
    expect(broken).toMatchObject({ fault, seq: seq === null ? null : BigInt(seq) });
  });

  test("a chain that was written anew as a whole no longer leads to the head that was signed", async () => {
    const forged = `convert_to(replace(canonical, '"e3"', '"e9"'), 'UTF8')`;
    await tamper(
      `UPDATE "AuditLink" SET digest = (SELECT sha256(${forged}) FROM "AuditEntry" WHERE id = "entryId") WHERE seq = 3`,
    );
    await tamper(
      `UPDATE "AuditEntry" SET canonical = replace(canonical, '"e3"', '"e9"'), "subjectId" = 'e9' WHERE id = ${third}`,
    );
    await tamper(`WITH RECURSIVE anew AS (
        SELECT seq, sha256(decode(repeat('00', 32), 'hex') || digest) AS hash FROM "AuditLink" WHERE seq = 1
        UNION ALL SELECT l.seq, sha256(a.hash || l.digest) FROM "AuditLink" l JOIN anew a ON l.seq = a.seq + 1)
      UPDATE "AuditLink" l SET hash = a.hash FROM anew a WHERE a.seq = l.seq`);
    expect((await verifyChain(db)).broken).toMatchObject({ fault: "head_differs", seq: 4n });
  });
});

describe("signed heads", () => {
  test("two at once are one, and a chain that has not grown keeps the one it has", async () => {
    expect(await head()).toBeNull();
    await write("e1");
    const [one, other] = await Promise.all([head(), head()]);
    expect(one).toEqual(other);
    expect(await head(new Date(at.getTime() + 3_600_000))).toEqual(one);
    await write("e2");
    expect((await head())?.seq).toBe(2n);
    expect(await db.auditKey.count()).toBe(1);
    expect(await verifyChain(db)).toMatchObject({ heads: 2, broken: null });
  });
});

describe("what is known from elsewhere counts for more than what the database says", () => {
  const spki = async () => (await db.auditKey.findMany()).map(({ publicKey }) => publicKey);
  /** Keys and heads thrown away, and made anew: what is left holds by itself. */
  async function signAnew() {
    await tamper(`DELETE FROM "AuditHead"`);
    await tamper(`DELETE FROM "AuditKey"`);
    await head();
  }
  const brokenBy = async (trusted: Trusted) => (await verifyChain(db, { trusted })).broken;
  let kept: PublicHead;
  let keys: Uint8Array[];

  beforeEach(async () => {
    for (const subject of ["e1", "e2"]) await write(subject);
    const signed = await head();
    if (!signed) throw new Error("nothing was signed");
    [kept, keys] = [publicHead(signed), await spki()];
    await write("e3");
    await head();
  });

  test("the chain as it was holds with them", async () => {
    expect(await brokenBy({ keys, head: kept })).toBeNull();
  });

  test("heads that another key signed are none", async () => {
    await signAnew();
    expect(await brokenBy({})).toBeNull();
    expect(await brokenBy({ keys })).toMatchObject({ fault: "key_unknown", seq: 3n });
    expect(await brokenBy({ head: kept })).toMatchObject({ fault: "key_unknown", seq: 2n });
  });

  test("the head that was handed out has to be in the chain, and signed", async () => {
    const forged = { ...kept, hash: "00".repeat(32) };
    expect(await brokenBy({ head: forged })).toMatchObject({ fault: "head_signature", seq: 2n });
    await tamper(`DELETE FROM "AuditHead"`);
    await tamper(`DELETE FROM "AuditEntry"`);
    await tamper(`DELETE FROM "AuditLink"`);
    expect(await brokenBy({})).toBeNull();
    expect(await brokenBy({ head: kept })).toMatchObject({ fault: "cut_off", seq: 2n });
    for (const subject of ["x1", "x2"]) await write(subject);
    expect(await brokenBy({})).toBeNull();
    expect(await brokenBy({ head: kept })).toMatchObject({ fault: "head_differs", seq: 2n });
  });

  test("a key under the name of another is named", async () => {
    const other = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
    await tamper(`UPDATE "AuditKey" SET "publicKey" = decode('${other.toString("hex")}', 'hex')`);
    expect(keyIdOf(other)).not.toBe(kept.key);
    expect(await brokenBy({})).toMatchObject({ fault: "key_changed", seq: null });
  });
});

describe("retention", () => {
  const old = new Date("2019-01-01T00:00:00Z");
  const forgotten = (seq: number, when = at) =>
    db.$transaction((tx) =>
      append(tx, {
        ...({ deed: "audit.forgotten", at: when, subject: "audit", subjectId: "retention" } as const),
        after: { seq },
      }),
    );

  test("takes nothing for which no head vouches yet", async () => {
    for (const subject of ["e1", "e2"]) await write(subject, old);
    expect(await forget({ db, now: () => at }, 5)).toBe(0);
    await head();
    await write("e3", old);
    expect(await forget({ db, now: () => at }, 5)).toBe(2);
    expect(await verifyChain(db)).toMatchObject({ links: 4, forgotten: 2, broken: null });
  });

  test.each([
    ["names what comes after it", () => forgotten(3)],
    ["was made up before a head vouched for what it names", () => forgotten(2, new Date(at.getTime() - 1))],
  ])("an entry that %s excuses nothing", async (_, excuse) => {
    for (const subject of ["e1", "e2"]) await write(subject);
    if (_.startsWith("names")) await head();
    await excuse();
    await write("e4");
    await head();
    await tamper(`DELETE FROM "AuditEntry" WHERE "subjectId" = 'e1'`);
    expect((await verifyChain(db)).broken).toMatchObject({ fault: "entry_removed", seq: 1n });
  });

  test("takes away what is too old, keeps the chain checkable, and is itself an entry", async () => {
    for (const year of [2019, 2020, 2024]) await write(`${year}`, new Date(`${year}-01-01T00:00:00Z`));
    await head();
    const world = { db, now: () => at };
    expect(await forget(world, 5)).toBe(2);
    expect(await forget(world, 5)).toBe(0);
    expect(await db.auditEntry.findMany({ orderBy: { at: "asc" } })).toMatchObject([
      { subjectId: "2024" },
      { deed: "audit.forgotten", after: { seq: 2, entries: 2, years: 5 } },
    ]);
    expect(await verifyChain(db)).toEqual({ links: 4, forgotten: 2, heads: 1, broken: null });
    // What retention has not taken must still be there.
    await tamper(`DELETE FROM "AuditEntry" WHERE "subjectId" = '2024'`);
    expect((await verifyChain(db)).broken).toMatchObject({ fault: "entry_removed", seq: 3n });
  });
});
