/** Roles: given and taken by whom, for whom, until when; stated by an institution; and what the audit holds of it. */
import "@/tests/support/quiet.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codeOf } from "@/server/api/errors.ts";
import { createCaller } from "@/server/api/root.ts";
import { actingAs } from "@/server/audit/actor.ts";
import type { Database } from "@/server/db.ts";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { refreshFederation } from "@/server/federation/metadata/refresh.ts";
import type { Institution, Member, RoleName } from "@/server/generated/prisma/client.ts";
import { auditEntries } from "@/tests/support/audit.ts";
import { b, demoPortal } from "@/tests/support/demo-login.ts";

const portal = demoPortal();
let db: Database;
let time = new Date("2026-11-22T01:00:00Z");
const now = () => time;
const day = (n: number) => new Date(time.getTime() + n * 86_400_000);

type Who = Member & { institution: Institution };
let a1: Who;
let a2: Who;
let b1: Who;

beforeAll(async () => {
  ({ db } = portal);
  await refreshFederation(portal.world);
  await portal.logIn("hanako");
  await portal.logIn("taro");
  await portal.logIn("tanaka", b);
});

beforeEach(async () => {
  time = new Date("2026-11-22T01:00:00Z");
  await db.role.deleteMany();
  const find = (eppn: string) =>
    db.member.findFirstOrThrow({ where: { eppn }, include: { institution: true } });
  [a1, a2, b1] = [
    await find("hanako@a.example.ac.jp"),
    await find("taro@a.example.ac.jp"),
    await find("tanaka@b.example.ac.jp"),
  ];
});

async function holding(who: Who, role: RoleName, more: { expiresAt?: Date } = {}) {
  const institutionId = role === "registrar" ? who.institutionId : null;
  return db.role.create({ data: { memberId: who.id, role, institutionId, grantedAt: day(-1), ...more } });
}

/** The door for somebody, with what they hold now. */
async function door(who: Who) {
  const roles = await db.role.findMany({
    where: { memberId: who.id, OR: [{ expiresAt: null }, { expiresAt: { gt: now() } }] },
  });
  const session = { authnContext: null, authnAt: day(0), assurance: [] };
  const member = { ...who, roles, session };
  const context = { member, ports: { db, now }, strongContexts: [], from: "192.0.2.7", reference: "R" };
  return createCaller(context as never).admin.people;
}

const answerOf = (asked: Promise<unknown>) => asked.catch((error: unknown) => `code: ${codeOf(error)}`);
const rolesOf = async (who: Who) =>
  (
    await db.role.findMany({
      where: { memberId: who.id, OR: [{ expiresAt: null }, { expiresAt: { gt: now() } }] },
      orderBy: { role: "asc" },
    })
  ).map(({ role }) => role);
const entries = (who: Who) => auditEntries(db, { subjectId: who.id, deed: { startsWith: "role." } });

const give = (who: Who, role: RoleName, expiresAt: Date | null = null) => ({
  ...{ memberId: who.id, role, expiresAt, reason: "着任のため" },
});

describe("a role is given", () => {
  test("by an operator, for a time, once however often it is sent; and the audit says by whom and why", async () => {
    await holding(a1, "operator");
    const people = await door(a1);
    const until = day(30);
    const before = (await entries(b1)).length;
    expect(await people.give(give(b1, "registrar", until))).toBe("given");
    expect(await people.give(give(b1, "registrar", until))).toBe("already");
    expect(await rolesOf(b1)).toEqual(["registrar"]);
    expect((await entries(b1)).slice(before)).toMatchObject([
      {
        ...{ deed: "role.given", role: "operator", actorId: a1.id, from: "192.0.2.7", reference: "R" },
        ...{ institutionId: b1.institutionId, memberId: b1.id, reason: "着任のため", before: null },
        after: { role: "registrar", until: until.toISOString() },
      },
    ]);
    expect(await people.give(give(b1, "registrar", day(60)))).toBe("changed");
    expect((await entries(b1)).at(-1)).toMatchObject({
      before: { until: until.toISOString() },
      after: { until: day(60).toISOString() },
    });
    expect(await people.give(give(b1, "registrar", day(-1)))).toBe("in_the_past");
    time = day(61);
    expect(await rolesOf(b1)).toEqual([]);
    expect((await people.holders({ state: "ended" })).roles).toMatchObject([{ memberId: b1.id }]);
  });

  test("twice at once, as one", async () => {
    await holding(a1, "operator");
    const people = await door(a1);
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => people.give(give(a2, "registrar"))));
    expect(outcomes.toSorted()).toEqual(["already", "already", "already", "given"]);
    expect(await db.role.count({ where: { memberId: a2.id } })).toBe(1);
  });

  test("by a registrar to members of their own institution, and no other role", async () => {
    await holding(a1, "registrar");
    const people = await door(a1);
    expect(await people.give(give(a2, "registrar"))).toBe("given");
    expect(await answerOf(people.give(give(a2, "operator")))).toBe("code: not_found");
    expect(await answerOf(people.give(give(b1, "registrar")))).toBe("code: not_found");
    expect(await rolesOf(b1)).toEqual([]);
  });

  test("not without a reason", async () => {
    await holding(a1, "operator");
    expect(await answerOf((await door(a1)).give({ ...give(a2, "registrar"), reason: " " }))).toBe(
      "code: invalid_input",
    );
  });

  test("not without the login at AAL2 that the giver's institution asks for", async () => {
    await holding(a1, "operator");
    a1.institution.aal2ForAdmin = ["change_roles"];
    expect(await answerOf((await door(a1)).give(give(a2, "registrar")))).toBe("code: strong_login_needed");
    expect(await rolesOf(a2)).toEqual([]);
  });
});

describe("a role is taken", () => {
  const why = { reason: "異動のため" };

  test("once, and is found among those that have ended", async () => {
    await holding(a1, "operator");
    const { id } = await holding(a2, "registrar");
    const people = await door(a1);
    expect(await people.take({ roleId: id, confirmed: false, ...why })).toBe("taken");
    expect(await people.take({ roleId: id, confirmed: false, ...why })).toBe("gone");
    expect(await rolesOf(a2)).toEqual([]);
    expect((await entries(a2)).at(-1)).toMatchObject({
      ...{ deed: "role.taken", reason: "異動のため", after: null },
      before: { role: "registrar", until: null },
    });
    expect((await people.get({ id: a2.id })).held).toMatchObject([{ id, inForce: false }]);
  });

  test("the last operator's is not, whatever else is tried", async () => {
    const { id } = await holding(a1, "operator");
    await holding(b1, "operator", { expiresAt: day(-1) });
    const people = await door(a1);
    expect(await people.take({ roleId: id, confirmed: true, ...why })).toBe("last_operator");
    expect(await people.give(give(a1, "operator", day(1)))).toBe("last_operator");
    expect(await rolesOf(a1)).toEqual(["operator"]);
  });

  test("of two operators who take each other's at once, one stays", async () => {
    const [mine, theirs] = [await holding(a1, "operator"), await holding(b1, "operator")];
    const [one, other] = [await door(a1), await door(b1)];
    const outcomes = await Promise.all([
      one.take({ roleId: theirs.id, confirmed: false, ...why }),
      other.take({ roleId: mine.id, confirmed: false, ...why }),
    ]);
    expect(outcomes.toSorted()).toEqual(["last_operator", "taken"]);
    expect([...(await rolesOf(a1)), ...(await rolesOf(b1))]).toEqual(["operator"]);
  });

  test("one's own only by who says that they mean it", async () => {
    const { id } = await holding(a1, "registrar");
    const people = await door(a1);
    expect(await people.take({ roleId: id, confirmed: false, ...why })).toBe("unconfirmed");
    expect(await people.take({ roleId: id, confirmed: true, ...why })).toBe("taken");
  });

  test("of another institution, or an operator's, is none for a registrar", async () => {
    const [operators, others] = [await holding(a2, "operator"), await holding(b1, "registrar")];
    await holding(a1, "registrar");
    const people = await door(a1);
    for (const { id } of [operators, others]) {
      expect(await answerOf(people.take({ roleId: id, confirmed: true, ...why }))).toBe("code: not_found");
    }
    expect(await answerOf(people.get({ id: b1.id }))).toBe("code: not_found");
    expect(await people.find({ text: "tanaka@b.example.ac.jp" })).toEqual([]);
    expect(await people.get({ id: a2.id })).toMatchObject({ held: [], roles: [], mayBe: ["registrar"] });
    expect((await people.holders({ state: "in_force" })).roles).toMatchObject([{ memberId: a1.id }]);
  });
});

describe("a role that the institution states", () => {
  const grant = { attribute: "isMemberOf", value: "cn=portal,o=x", role: "registrar" };
  const whoIs = (user: string) =>
    db.member.findFirstOrThrow({
      where: { eppn: `${user}@a.example.ac.jp` },
      include: { institution: true },
    });

  test("comes with a login, is not to be taken by hand, and goes with a login that does not state it", async () => {
    await portal.logIn("registrar");
    const registrar = await whoIs("registrar");
    expect(await rolesOf(registrar)).toEqual(["registrar"]);
    await portal.logIn("registrar");
    expect(await db.role.count({ where: { memberId: registrar.id } })).toBe(1);
    await portal.logIn("hanako");
    expect(await rolesOf(a1)).toEqual([]);

    await holding(a1, "operator");
    const people = await door(a1);
    const [role] = (await people.holders({ state: "in_force" })).roles.filter(
      ({ source }) => source === "stated",
    );
    expect(await people.take({ roleId: role?.id ?? "", confirmed: false, reason: "x" })).toBe("stated");
    expect(await actingAs({ role: "operator" }, () => people.give(give(registrar, "registrar")))).toBe(
      "given",
    );

    await db.institution.update({
      where: { entityId: demoInstitutions.a.entityId },
      data: { roleGrants: [grant], version: 2 },
    });
    await portal.logIn("registrar");
    expect(await db.role.findMany({ where: { memberId: registrar.id, expiresAt: null } })).toMatchObject([
      { source: "given" },
    ]);
    expect((await entries(registrar)).map(({ deed, role }) => `${deed} ${role}`).toSorted()).toEqual([
      "role.given operator",
      "role.given workflow",
      "role.taken workflow",
    ]);
  });
});
