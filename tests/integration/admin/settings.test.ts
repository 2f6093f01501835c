/** The settings of institutions: changed in versions, by whom they are to change, one at a time or all at once. */
import "@/tests/support/quiet.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { usual } from "@/server/admin/settings/declared.ts";
import { codeOf } from "@/server/api/errors.ts";
import { createCaller } from "@/server/api/root.ts";
import type { Database } from "@/server/db.ts";
import type { Institution, Role } from "@/server/generated/prisma/client.ts";
import { auditEntries } from "@/tests/support/audit.ts";
import { demoPortal } from "@/tests/support/demo-login.ts";
import { inventedInstitution } from "@/tests/support/institutions.ts";

const portal = demoPortal();
const now = new Date("2026-11-22T01:00:00Z");
const terms = { client: [52, 25, 13], smime: [52, 25, 13] };
const [one, other] = ["https://idp.one.example.ac.jp", "https://idp.other.example.ac.jp"];
let db: Database;
let institution: Institution;
let foreign: Institution;

beforeAll(() => {
  db = portal.db;
});

beforeEach(async () => {
  await db.$executeRaw`TRUNCATE "Institution", "IdentityProvider", "SettingsPlan" CASCADE`;
  const make = (entityId: string, name: string) =>
    db.institution.create({
      data: { entityId, nameJa: name, nameEn: name, dnBase: `O=${name},C=JP`, createdAt: new Date(0) },
    });
  institution = await make(one, "One");
  foreign = await make(other, "Other");
});

type Held = Pick<Role, "role" | "institutionId" | "expiresAt">;

/** The door as it is for somebody with this role. */
function door(role: Held, { aal2ForAdmin = [] as string[] } = {}) {
  const session = { authnContext: null, authnAt: new Date(0), assurance: [] };
  const member = {
    ...{ id: "somebody", roles: [role], session },
    institution: { aal2For: [], ial2For: [], aal2ForAdmin },
  };
  const ports = { db, now: () => now, rules: { terms }, settings: { clientCertificateLimit: 10 } };
  return createCaller({ member, ports, strongContexts: [] } as never).admin.settings;
}
const operator = (how = {}) => door({ role: "operator", institutionId: null, expiresAt: null }, how);
const registrar = () => door({ role: "registrar", institutionId: institution.id, expiresAt: null });
const refusal = (asked: Promise<unknown>) => asked.catch((error: unknown) => codeOf(error));
const reason = "as the institution asked";
const row = (entityId = one) => db.institution.findUniqueOrThrow({ where: { entityId } });
const entries = () => auditEntries(db, { subjectId: institution.id });

type Texts = Parameters<ReturnType<typeof door>["change"]>[0]["texts"];
const change = (texts: Texts, { seen = 1, entityId = one, by = operator() } = {}) =>
  by.change({ entityId, seen, texts, reason });

describe("a change", () => {
  test("is a new version with who and why, its entry in the audit, and keeps how it was before", async () => {
    expect(await change({ contact: "help@one.example.ac.jp", clientTerms: "13", noticeJa: "" })).toEqual({
      result: "saved",
      version: 2,
    });
    expect(await row()).toMatchObject({ version: 2, contact: "help@one.example.ac.jp", clientTerms: [13] });
    const { versions, current } = await operator().versions({ entityId: one });
    expect(current).toBe(2);
    expect(versions).toMatchObject([
      {
        ...{ version: 2, at: now, reason },
        differences: [
          { setting: "clientTerms", before: "", after: "13" },
          { setting: "contact", before: "", after: "help@one.example.ac.jp" },
        ],
      },
      { version: 1, at: new Date(0), reason: null, by: null, differences: null },
    ]);
    expect((await entries()).at(-1)).toMatchObject({
      ...{ deed: "institution.changed", role: "operator", actorId: "somebody", reason },
      before: { version: 1, clientTerms: "", contact: "" },
      after: { version: 2, clientTerms: "13", contact: "help@one.example.ac.jp" },
    });
  });

  test("to what is set already is none", async () => {
    const count = (await entries()).length;
    expect(await change({ undoHours: "24", kinds: "smime client" })).toEqual({ result: "unchanged" });
    expect(await row()).toMatchObject({ version: 1 });
    expect(await db.institutionVersion.count()).toBe(0);
    expect(await entries()).toHaveLength(count);
  });

  test("that is wrong says so at each setting, and nothing is written", async () => {
    const answer = await change({ kinds: "server", undoHours: "often", contact: "help@one.example.ac.jp" });
    expect(answer).toMatchObject({
      result: "refused",
      faults: [
        { setting: "kinds", rule: "not_a_choice", value: "server" },
        { setting: "undoHours", rule: "not_a_number", value: "often" },
      ],
    });
    expect(await row()).toMatchObject({ version: 1, contact: "" });
  });

  test.each([
    [{ smimeTerms: "52 6" }, { setting: "smimeTerms", rule: "term_unknown", value: "6" }],
    [{ dnBase: "CN=x,O=One,C=JP" }, { setting: "dnBase", rule: "common_name", value: "CN=x" }],
    [{ dnBase: "o=other,C=JP" }, { setting: "dnBase", rule: "taken", value: other }],
  ])("%j is not possible here", async (texts, fault) => {
    expect(await change(texts)).toMatchObject({ result: "refused", faults: [fault] });
  });

  test("by two at once is one of the two; the other is told, with what they typed over what is set now", async () => {
    const wishes = [
      { noticeJa: "一つ目", noticeEn: "", undoHours: "24" },
      { noticeJa: "", noticeEn: "the second", undoHours: "24" },
    ];
    const answers = await Promise.all(wishes.map((texts) => change(texts)));
    expect(answers.map(({ result }) => result).toSorted()).toEqual(["changed_meanwhile", "saved"]);
    const lost = answers.find(({ result }) => result === "changed_meanwhile");
    const isSecond = answers[1] === lost;
    expect(lost).toMatchObject({
      version: 2,
      texts: { noticeJa: "一つ目", noticeEn: "the second" },
      theirs: [isSecond ? "noticeJa" : "noticeEn"],
    });
    expect(await row()).toMatchObject({ version: 2, noticeJa: isSecond ? "一つ目" : "" });
    // Looked at, and sent once more: nothing of either is lost.
    expect(await change({ noticeJa: "一つ目", noticeEn: "the second" }, { seen: 2 })).toMatchObject({
      result: "saved",
    });
  });

  test("of two institutions to the same name at once is given to one", async () => {
    const answers = await Promise.all(
      [one, other].map((entityId) => change({ dnBase: "O=New,C=JP" }, { entityId })),
    );
    expect(answers.map(({ result }) => result).toSorted()).toEqual(["refused", "saved"]);
  });

  test("asks for a reason, and for a login at AAL2 where the institution of whoever changes it says so", async () => {
    expect(await refusal(operator().change({ entityId: one, seen: 1, texts: {}, reason: "  " }))).toBe(
      "invalid_input",
    );
    const guarded = operator({ aal2ForAdmin: ["change_settings"] });
    expect(await refusal(change({ contact: "a@b.example.ac.jp" }, { by: guarded }))).toBe(
      "strong_login_needed",
    );
    expect((await guarded.get({ entityId: one })).missing).toBe("aal2");
    expect(await row()).toMatchObject({ version: 1 });
  });

  test("can be taken back: the form is filled in with the earlier version, which becomes a new one", async () => {
    await change({ noticeEn: "first", memberLimit: "2" });
    await change({ noticeEn: "second", undoHours: "1" }, { seen: 2 });
    const { texts, version, earlier } = await operator().get({ entityId: one, from: 2 });
    expect(earlier).toEqual({ version: 2, differs: ["noticeEn", "undoHours"] });
    expect(await change(texts, { seen: version })).toEqual({ result: "saved", version: 4 });
    expect(await row()).toMatchObject({ noticeEn: "first", undoHours: 24, memberLimit: 2 });
  });

  test("of an institution without members makes its row, which is as it would be by itself", async () => {
    const provider = inventedInstitution(3);
    await db.identityProvider.create({ data: provider });
    const { entityId } = provider;
    const { texts } = await operator().get({ entityId });
    expect(texts).toMatchObject({ keyOrigins: "browser server", dnBase: expect.stringContaining("O=") });
    expect(await change({ undoHours: "48" }, { entityId })).toEqual({ result: "saved", version: 2 });
    expect(await row(entityId)).toMatchObject({ ...usual, undoHours: 48, dnBase: texts.dnBase });
    expect(await refusal(change({}, { entityId: "https://unknown.example" }))).toBe("not_found");
  });
});

describe("a registrar", () => {
  test("changes what is theirs to change, of their own institution", async () => {
    const { mine } = await registrar().get({ entityId: one });
    expect(mine).toContain("noticeJa");
    expect(mine).not.toContain("dnBase");
    expect(await change({ noticeJa: "お知らせ" }, { by: registrar() })).toMatchObject({ result: "saved" });
    expect((await entries()).at(-1)).toMatchObject({ role: "registrar", institutionId: institution.id });
    expect(await change({ isEnabled: "false" }, { by: registrar(), seen: 2 })).toMatchObject({
      result: "refused",
      faults: [{ setting: "isEnabled", rule: "operators_only" }],
    });
    expect(await row()).toMatchObject({ isEnabled: true, version: 2 });
  });

  test("restores no more of a version than they may change", async () => {
    await change({ cnRule: "uid", noticeEn: "x" });
    const { texts, earlier } = await registrar().get({ entityId: one, from: 1 });
    expect(earlier?.differs).toEqual(["noticeEn"]);
    expect(texts).toMatchObject({ cnRule: "uid", noticeEn: "" });
  });

  test("finds no other institution", async () => {
    const entityId = other;
    expect(await refusal(registrar().get({ entityId }))).toBe("not_found");
    expect(await refusal(registrar().versions({ entityId }))).toBe("not_found");
    expect(await refusal(change({ contact: "" }, { entityId, by: registrar() }))).toBe("not_found");
    const { institutions, others } = await registrar().search({ q: "", locale: "ja" });
    expect(institutions.map(({ entityId }) => entityId)).toEqual([one]);
    expect(others).toEqual([]);
    expect(await row(other)).toEqual(foreign);
  });
});

/** A file, as it is exported. */
async function exported(format: "csv" | "yaml"): Promise<string> {
  const parts: string[] = [];
  let place: Awaited<ReturnType<ReturnType<typeof operator>["exportPart"]>>["next"] = null;
  do {
    const part = await operator().exportPart({ format, place });
    parts.push(part.text);
    place = part.next;
  } while (place);
  return parts.join("");
}

const planOf = async (text: string, format: "csv" | "yaml" = "csv") => {
  const planned = await operator().plan({ format, octets: new TextEncoder().encode(text) });
  if (planned.result !== "planned") throw new Error(planned.fault);
  return planned.id;
};

describe("a file", () => {
  test.each(["csv", "yaml"] as const)(
    "of 800 institutions (%s) comes back as it went, and changes what was edited in one go",
    async (format) => {
      await db.identityProvider.createMany({
        data: Array.from({ length: 798 }, (_, n) => inventedInstitution(n)),
      });
      const text = await exported(format);
      const unchanged = await operator().planned({ id: await planOf(text, format) });
      expect(unchanged).toMatchObject({ named: 800, unchanged: 800, changing: 0, faulty: 0, rows: [] });
      const edited =
        format === "csv"
          ? text.replaceAll(",24,false", ",48,false")
          : text.replaceAll("undoHours: 24", "undoHours: 48");
      const id = await planOf(edited, format);
      const before = await db.institution.findMany({ orderBy: { id: "asc" } });
      const plan = await operator().planned({ id });
      expect(plan).toMatchObject({ named: 800, unchanged: 0, changing: 800, faulty: 0, appliedAt: null });
      expect(plan.rows[0]?.differences).toEqual([{ setting: "undoHours", before: "24", after: "48" }]);
      // Until then nothing is written.
      expect(await db.institution.findMany({ orderBy: { id: "asc" } })).toEqual(before);
      expect(await db.institutionVersion.count()).toBe(0);

      const done = await operator().carryOut({ id, reason });
      expect(done).toMatchObject({ result: "saved" });
      expect(await db.institution.count({ where: { undoHours: 48, version: 2 } })).toBe(800);
      expect(await db.institutionVersion.count({ where: { version: 2, reason } })).toBe(800);
      expect((await entries()).filter(({ deed }) => deed === "institution.changed")).toHaveLength(1);
      expect(await operator().carryOut({ id, reason })).toEqual({ result: "already" });
      expect((await operator().planned({ id })).appliedAt).toEqual(now);
    },
    60_000,
  );

  test("names what is wrong by its line, and then changes nothing at all", async () => {
    const id = await planOf(
      [
        "entityId,version,undoHours,dnBase",
        `${one},1,48,"O=One,C=JP"`,
        `${other},9,24,"O=one,C=JP"`,
        "https://unknown.example,,1,",
        `${one},1,24,"O=One,C=JP"`,
      ].join("\n"),
    );
    const { rows, faulty, changing } = await operator().planned({ id });
    expect({ faulty, changing }).toEqual({ faulty: 3, changing: 1 });
    const told = rows.map(({ line, faults }) => [line, ...faults.map(({ rule }) => rule)]);
    expect(told).toEqual([[3, "stale", "taken"], [4, "unknown_institution"], [5, "named_twice"], [2]]);
    expect(await operator().carryOut({ id, reason })).toEqual({ result: "not_applicable" });
    expect(await row()).toMatchObject({ version: 1, undoHours: 24 });
  });

  test("swaps two names, which one by one would be taken", async () => {
    const id = await planOf(`entityId,dnBase\n${one},"O=Other,C=JP"\n${other},"O=One,C=JP"`);
    expect(await operator().carryOut({ id, reason })).toMatchObject({ result: "saved" });
    expect([(await row()).dnBase, (await row(other)).dnBase]).toEqual(["O=Other,C=JP", "O=One,C=JP"]);
  });

  test("whose institutions have changed since it was looked at changes none", async () => {
    const id = await planOf(`entityId,undoHours\n${one},48\n${other},48`);
    await change({ contact: "x@other.example.ac.jp" }, { entityId: other });
    expect(await operator().carryOut({ id, reason })).toEqual({
      result: "changed_meanwhile",
      entityIds: [other],
    });
    expect(await row()).toMatchObject({ version: 1, undoHours: 24 });
    expect((await operator().planned({ id })).appliedAt).toBeNull();
  });

  test("carried out by two at once is carried out once", async () => {
    const id = await planOf(`entityId,undoHours\n${one},48`);
    const answers = await Promise.all([1, 2].map(() => operator().carryOut({ id, reason })));
    expect(answers.map(({ result }) => result).toSorted()).toEqual(["already", "saved"]);
    expect(await row()).toMatchObject({ version: 2 });
  });

  test("is forgotten after a day", async () => {
    const id = await planOf(`entityId,undoHours\n${one},48`);
    await db.settingsPlan.update({ where: { id }, data: { at: new Date(now.getTime() - 25 * 3_600_000) } });
    expect(await refusal(operator().planned({ id }))).toBe("not_found");
    expect(await refusal(operator().carryOut({ id, reason }))).toBe("not_found");
    await planOf(`entityId,undoHours\n${one},48`);
    expect(await db.settingsPlan.count()).toBe(1);
  });
});
