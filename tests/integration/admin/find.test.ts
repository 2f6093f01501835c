/** Applications are found by whatever is known of them, page by page, and exported. */
import { beforeAll, describe, expect, test } from "vitest";
import { allApplications, type From, findApplications } from "@/server/admin/find.ts";
import type { Database } from "@/server/db.ts";
import { testDatabase } from "@/tests/support/database.ts";
import { door, operatorRole, registrarOf } from "./doors.ts";

const now = new Date("2026-11-29T03:00:00Z");
const serial = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const older = "77777777777777777777777777777777";
let db: Database;

async function apply(id: string, memberId: string, number: number, changes: object = {}) {
  const dn = `CN=${memberId},OU=No ${number},O=University of ${memberId},C=JP`;
  const asked = { months: 13, locale: "ja", requestedAt: now, requestKey: id, kind: "client" as const };
  await db.enrollment.create({
    data: { id, memberId, number, dn, mail: `${memberId}@example.ac.jp`, ...asked, ...changes },
  });
}

beforeAll(async () => {
  db = await testDatabase();
  for (const id of ["a", "b"])
    await db.institution.create({
      data: {
        id,
        entityId: `https://idp.${id}.example.ac.jp/`,
        nameJa: `大学${id}`,
        nameEn: `University ${id}`,
        dnBase: "C=JP",
      },
    });
  const people = [
    {
      id: "hanako",
      institutionId: "a",
      displayName: "Hanako Kokuritsu",
      displayNameJa: "国立 花子",
      eppn: "hk01@a.example.ac.jp",
    },
    { id: "taro", institutionId: "a", displayName: "学認　太郎", eppn: "tg02@a.example.ac.jp" },
    {
      id: "hayashi",
      institutionId: "b",
      displayName: "Hayashi Li",
      displayNameJa: "林 りい",
      eppn: "hl03@b.example.ac.jp",
    },
  ];
  for (const one of people)
    await db.member.create({
      data: { ...one, subject: `eppn:${one.eppn}`, mails: [`${one.id}.mail@example.ac.jp`] },
    });
  await apply("h1", "hanako", 1, { serial, notAfter: new Date("2027-02-01T00:00:00Z"), status: "active" });
  await db.order.create({
    data: {
      enrollmentId: "h1",
      sequence: 1,
      purpose: "issue",
      months: 13,
      placedAt: now,
      serial: older,
      status: "collected",
    },
  });
  await apply("h2", "hanako", 12, {
    formerNumber: 3,
    kind: "smime",
    requestedAt: new Date("2026-10-01T00:00:00Z"),
  });
  await apply("t1", "taro", 3, { requestedAt: new Date("2026-09-01T00:00:00Z"), status: "revoked" });
  await apply("l1", "hayashi", 1, { requestedAt: new Date("2026-08-01T00:00:00Z"), status: "active" });
});

const find = async (filter: object, institutions: string[] | null = null) =>
  (await findApplications(db, { filter, institutions, from: null, now })).applications.map(({ id }) => id);

describe("applications are found by", () => {
  test.each([
    ["their number", "1", ["h1", "l1"]],
    ["the number before", "3", ["h2", "t1"]],
    ["a Japanese name", "国立 花子", ["h1", "h2"]],
    ["a name without its space", "国立花子", ["h1", "h2"]],
    ["a given name", "花子", ["h1", "h2"]],
    ["a part of a name", "立花", ["h1", "h2"]],
    ["a name of one character", "林", ["l1"]],
    ["a name written with a wide space", "太郎", ["t1"]],
    ["an English name, however it is written", "kokuritsu HANAKO", ["h1", "h2"]],
    ["the beginning of a name", "Kokur", ["h1", "h2"]],
    ["an ePPN", "tg02@a.example.ac.jp", ["t1"]],
    ["the part of it before the @", "tg02", ["t1"]],
    ["a mail", "hayashi.mail@example.ac.jp", ["l1"]],
    ["wide letters", "ｔｇ０２", ["t1"]],
    ["a DN", "CN=hanako,OU=No 12,O=University of hanako,C=JP", ["h2"]],
    ["a part of a DN", "ou=no 12, o=university", ["h2"]],
    ["a serial in hexadecimal", "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9", ["h1"]],
    ["a serial in decimal", BigInt(`0x${serial}`).toString(), ["h1"]],
    ["the serial of an older certificate", older, ["h1"]],
    ["nothing that is there", "nobody", []],
    ["signs only", "':*&!|\\", []],
  ])("%s", async (_, text, ids) => {
    expect(await find({ text })).toEqual(ids);
  });

  test("filters, alone and together with a text", async () => {
    expect(await find({ kind: "smime" })).toEqual(["h2"]);
    expect(await find({ status: "active" })).toEqual(["h1", "l1"]);
    expect(await find({ status: "active", text: "国立" })).toEqual(["h1"]);
    const from = new Date("2026-09-01T00:00:00Z");
    expect(await find({ requestedFrom: from, requestedTo: now })).toEqual(["h2", "t1"]);
    const expires = {
      expiresFrom: new Date("2027-01-31T15:00:00Z"),
      expiresTo: new Date("2027-02-01T15:00:00Z"),
    };
    expect(await find(expires)).toEqual(["h1"]);
    expect(await find({ text: "1" }, ["b"])).toEqual(["l1"]);
    expect(await find({}, [])).toEqual([]);
  });

  test("what they are called now", async () => {
    await db.member.update({
      where: { id: "taro" },
      data: { displayName: "Taro Shinsei", displayNameJa: "新姓 太郎" },
    });
    expect(await find({ text: "新姓" })).toEqual(["t1"]);
    expect(await find({ text: "学認" })).toEqual([]);
    await db.enrollment.update({ where: { id: "t1" }, data: { dn: "CN=renamed,OU=No 4,C=JP" } });
    expect(await find({ text: "renamed" })).toEqual(["t1"]);
  });
});

test("a registrar finds their institution's applications, and no other's", async () => {
  const registrar = door(db, now, [registrarOf("b")]).applications;
  expect((await registrar.search({})).applications.map(({ id }) => id)).toEqual(["l1"]);
  expect((await registrar.search({ text: "国立" })).applications).toEqual([]);
  await expect(registrar.search({ institution: "a" })).rejects.toThrow("not_found");
  await expect(registrar.export({ institution: "a" })).rejects.toThrow("not_found");
});

test("what is exported is what is shown, and the audit names the filters without what they were set to", async () => {
  const batches = await door(db, now, [operatorRole]).applications.export({ text: "国立", institution: "a" });
  const rows = [];
  for await (const batch of batches) rows.push(...batch);
  expect(rows.map(({ id, serial: own }) => [id, own])).toEqual([
    ["h1", serial],
    ["h2", null],
  ]);
  const entry = await db.auditEntry.findFirstOrThrow({ where: { deed: "enrollment.exported" } });
  expect(entry).toMatchObject({ institutionId: "a", role: "operator", after: { filters: ["text"] } });
  expect(entry.canonical).not.toContain("国立");
});

describe("page by page", () => {
  beforeAll(async () => {
    await db.$executeRaw`
      INSERT INTO "Enrollment" (id, "memberId", number, kind, months, status, "requestKey", dn, mail, locale, "requestedAt")
      SELECT 'p' || n, 'hayashi', 100 + n, 'client', 13, 'expired', 'p' || n, 'CN=p' || n, 'p@example.ac.jp', 'ja',
        timestamptz '2025-01-01' + (n / 7) * interval '1 second' FROM generate_series(1, 230) n`;
  });

  test("each application is shown once, in one order, while others come; and the way back shows the same", async () => {
    const filter = { status: "expired" } as const;
    const seen: string[][] = [];
    let from: From = null;
    let last: string | null = null;
    for (let page = 0; ; page++) {
      const found = await findApplications(db, { filter, institutions: ["b"], from, now });
      seen.push(found.applications.map(({ id }) => id));
      await apply(`late${page}`, "hayashi", 500 + page, { status: "expired" });
      if (found.older === null) {
        last = found.newer;
        break;
      }
      from = { older: found.older };
    }
    const all = seen.flat();
    expect(all).toHaveLength(230);
    expect(new Set(all).size).toBe(230);
    expect(seen.map((page) => page.length)).toEqual([50, 50, 50, 50, 30]);

    for (let page = seen.length - 2; page >= 0; page--) {
      const back = await findApplications(db, {
        filter,
        institutions: ["b"],
        from: { newer: last ?? "" },
        now,
      });
      expect(back.applications.map(({ id }) => id)).toEqual(seen[page]);
      expect(back.older).not.toBeNull();
      last = back.newer;
    }
    expect(last, "the ones that came meanwhile are newer").not.toBeNull();
  });

  test("an export reads them in batches, each once", async () => {
    const sizes: number[] = [];
    const ids = new Set<string>();
    for await (const batch of allApplications(
      db,
      { filter: { requestedTo: new Date("2025-06-01T00:00:00Z") }, institutions: null, now },
      100,
    )) {
      sizes.push(batch.length);
      for (const { id } of batch) ids.add(id);
    }
    expect(sizes).toEqual([100, 100, 30]);
    expect(ids.size).toBe(230);
  });
});
