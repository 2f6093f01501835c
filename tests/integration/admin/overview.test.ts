/** The overview's figures are those that counting every row would give, whatever happens at the same time. */
import { beforeAll, describe, expect, test } from "vitest";
import { lastMonths, overviewOf } from "@/server/admin/overview.ts";
import { counts, sweepTally } from "@/server/admin/tally.ts";
import type { Database } from "@/server/db.ts";
import { statuses } from "@/server/enrollment/lifecycle.ts";
import { testDatabase } from "@/tests/support/database.ts";
import { door, operatorRole, registrarOf } from "./doors.ts";

const now = new Date("2026-11-29T03:00:00Z");
const day = 86_400_000;
const institutions = ["a", "b"] as const;
let db: Database;
let made = 0;

beforeAll(async () => {
  db = await testDatabase();
  for (const id of institutions) {
    await db.institution.create({
      data: {
        id,
        entityId: `https://idp.${id}.example.ac.jp/`,
        nameJa: id,
        nameEn: id,
        dnBase: `O=${id},C=JP`,
      },
    });
    await db.member.create({
      data: {
        id: `member-${id}`,
        institutionId: id,
        subject: `uniqueId:${id}`,
        displayName: "Hanako Kokuritsu",
        mails: [],
      },
    });
  }
});

/** Numbers that look like chance and are the same each time. */
function chance(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

async function apply(at: (typeof institutions)[number], asked: Date, changes: object = {}) {
  const n = ++made;
  return db.enrollment.create({
    data: {
      id: `e-${n}`,
      memberId: `member-${at}`,
      number: n,
      kind: n % 3 === 0 ? "smime" : "client",
      months: 13,
      requestKey: `key:${n}`,
      dn: `CN=${n},O=${at},C=JP`,
      mail: `${n}@${at}.example.ac.jp`,
      locale: "ja",
      requestedAt: asked,
      orders: { create: { id: `o-${n}`, sequence: 1, purpose: "issue", months: 13, placedAt: asked } },
      ...changes,
    },
  });
}

/** By the tally, and by counting. */
async function bothWays() {
  const months = lastMonths(now, 60);
  const tallied = await counts(db, null, { statuses, months });
  const counted = await db.$queryRaw`
    SELECT 'status' AS measure, status::text AS of, kind, count(*)::int AS count FROM "Enrollment" GROUP BY 2, 3
    UNION ALL SELECT 'requested', to_char("requestedAt" AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM'), kind, count(*)::int FROM "Enrollment" GROUP BY 2, 3
    UNION ALL SELECT 'revoked', to_char("revokedAt" AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM'), kind, count(*)::int FROM "Enrollment" WHERE "revokedAt" IS NOT NULL GROUP BY 2, 3
    UNION ALL SELECT 'issued', to_char("collectedAt" AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM'), e.kind, count(*)::int
      FROM "Order" o JOIN "Enrollment" e ON e.id = o."enrollmentId" WHERE "collectedAt" IS NOT NULL GROUP BY 2, 3`;
  const lines = (rows: unknown) =>
    (rows as { measure: string; of: string; kind: string; count: number }[])
      .map(({ measure, of, kind, count }) => `${measure} ${of} ${kind} ${count}`)
      .sort();
  return { tallied: lines(tallied), counted: lines(counted) };
}

describe("the tally", () => {
  test("is what counting gives, after deeds of many at once, some taken back, and sweeps among them", async () => {
    const work = Array.from({ length: 6 }, async (_, worker) => {
      const below = chance(worker + 1);
      for (let n = 0; n < 25; n++) {
        const at = new Date(now.getTime() - below(900) * day);
        const { id } = await apply(institutions[below(2)] ?? "a", at);
        const status = statuses[below(statuses.length)] ?? "active";
        const deed = db.$transaction(async (tx) => {
          await tx.enrollment.update({
            where: { id },
            data: { status, revokedAt: status === "revoked" ? at : null },
          });
          await tx.order.updateMany({
            where: { enrollmentId: id },
            data: { collectedAt: below(2) ? at : null },
          });
          if (below(4) === 0) throw new Error("taken back");
        });
        await deed.catch(() => {});
        if (below(5) === 0) await sweepTally(db);
        if (below(8) === 0) {
          await db.order.deleteMany({ where: { enrollmentId: id } });
          await db.enrollment.delete({ where: { id } });
        }
      }
    });
    await Promise.all(work);
    await db.enrollment.updateMany({ where: { status: "active" }, data: { status: "expired" } });
    const { tallied, counted } = await bothWays();
    expect(tallied.length).toBeGreaterThan(50);
    expect(tallied).toEqual(counted);
    await Promise.all([sweepTally(db), sweepTally(db)]);
    expect((await bothWays()).tallied).toEqual(counted);
    const many = await db.$queryRaw<
      object[]
    >`SELECT 1 FROM "EnrollmentTally" GROUP BY "institutionId", kind, measure, of HAVING count(*) > 1`;
    expect(many).toEqual([]);
  });

  test("a change of what nobody counts writes no row", async () => {
    const before = await db.enrollmentTally.count();
    await db.enrollment.updateMany({ data: { memo: "seen" } });
    expect(await db.enrollmentTally.count()).toBe(before);
  });
});

describe("the overview", () => {
  beforeAll(async () => {
    await db.$executeRaw`TRUNCATE "Enrollment" CASCADE`;
    const inDays = (days: number) => new Date(now.getTime() + days * day);
    await apply("a", inDays(-400), { status: "active", notAfter: inDays(10) });
    await apply("a", inDays(-400), { status: "active", notAfter: inDays(80) });
    await apply("a", inDays(-400), { status: "revoked", notAfter: inDays(20), revokedAt: inDays(-1) });
    await apply("a", new Date(now.getTime() - 2 * 3_600_000), { status: "requested" });
    await apply("a", now, { status: "requested" });
    await apply("b", inDays(-4), { status: "awaiting_approval" });
    await apply("b", inDays(-2), { status: "awaiting_approval" });
    const { id } = await apply("b", inDays(-60), { status: "failed" });
    await db.letter.create({
      data: {
        key: "k",
        kind: "acceptance",
        enrollmentId: id,
        recipient: "x",
        locale: "ja",
        status: "failed",
        createdAt: now,
      },
    });
    const run = { functionId: "f", status: "failed" as const };
    await db.engineRun.create({
      data: { ...run, id: "r1", eventId: "1", event: { data: { enrollment: id } } },
    });
    await db.engineRun.create({
      data: { ...run, id: "r2", eventId: "2", event: { data: { order: `o-${made}` } } },
    });
    await db.engineRun.create({ data: { ...run, id: "r3", eventId: "3", event: { data: {} } } });
  });

  const total = ({ client, smime }: { client: number; smime: number }) => client + smime;

  test("says what ends soon, waits too long or went wrong, of one institution and of all", async () => {
    const [all, a, b] = await Promise.all(
      [null, ["a"], ["b"]].map((of) => overviewOf(db, { institutions: of, now })),
    );
    const short = (one: typeof all) => ({
      soon: one?.expiring.map(({ count }) => total(count)),
      ...one?.waiting,
      ...one?.failed,
    });
    expect(short(all)).toEqual({ soon: [1, 2], requested: 1, awaitingApproval: 1, letters: 1, jobs: 3 });
    expect(short(a)).toEqual({ soon: [1, 2], requested: 1, awaitingApproval: 0, letters: 0, jobs: 0 });
    expect(short(b)).toEqual({ soon: [0, 0], requested: 0, awaitingApproval: 1, letters: 1, jobs: 2 });
    expect(all?.certificates.map(({ state, count }) => [state, total(count)])).toEqual([
      ["none", 1],
      ["waiting", 4],
      ["valid", 2],
      ["revoked", 1],
      ["expired", 0],
      ["uncollected", 0],
    ]);
    expect(all?.months.map(({ month }) => month)).toEqual(lastMonths(now, 12));
    expect(all?.months.at(-1)).toMatchObject({ month: "2026-11" });
    expect(total(all?.months.at(-1)?.requested ?? { client: 0, smime: 0 })).toBe(4);
  });

  test("shows a registrar their own institution, and no other", async () => {
    const registrar = door(db, now, [registrarOf("a")]).overview;
    const { figures, institutions } = await registrar.get({});
    expect(institutions.map(({ id }) => id)).toEqual(["a"]);
    expect(figures).toEqual(await overviewOf(db, { institutions: ["a"], now }));
    expect(await registrar.get({ institution: "a" })).toEqual({ figures, institutions });
    await expect(registrar.get({ institution: "b" })).rejects.toThrow("not_found");
    await expect(door(db, now, [operatorRole]).overview.get({ institution: "none" })).rejects.toThrow(
      "not_found",
    );
    await expect(door(db, now, []).overview.get({})).rejects.toThrow("not_found");
  });
});

test("the months are those of Japan's calendar", () => {
  expect(lastMonths(new Date("2025-12-31T15:00:00Z"), 3)).toEqual(["2025-11", "2025-12", "2026-01"]);
  expect(lastMonths(new Date("2025-12-31T14:59:59Z"), 2)).toEqual(["2025-11", "2025-12"]);
});
