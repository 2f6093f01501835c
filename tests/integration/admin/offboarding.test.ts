/** 一括失効 on a real database: planned, asked for, taken back, carried out, by two at once and after a kill. */
import "@/tests/support/quiet.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keepList } from "@/server/admin/given/draft.ts";
import { askOffboarding, undoOffboarding } from "@/server/admin/offboarding/ask.ts";
import { carryOutOffboarding, carryOutOverdue, carryOutSome } from "@/server/admin/offboarding/carry-out.ts";
import { planOffboarding } from "@/server/admin/offboarding/plan.ts";
import { offboardingOf, reportFile } from "@/server/admin/offboarding/report.ts";
import { codeOf } from "@/server/api/errors.ts";
import { revokeAtCa, submitOrder } from "@/server/enrollment/carry-out.ts";
import { requestCertificate, requestKeyOf } from "@/server/enrollment/request.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { auditEntries } from "@/tests/support/audit.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

const all = { institutions: null };
let world: World;
let hanako: Member;
let taro: Member;
let institutionId: string;

beforeAll(async () => {
  world = await openWorld();
});

beforeEach(async () => {
  await world.reset();
  await world.db.offboarding.deleteMany();
  [hanako, taro] = [await member("hanako"), await member("taro")];
  institutionId = hanako.institutionId;
});

async function member(name: "hanako" | "taro") {
  const made = await world.member(name);
  const eppn = `${name}@a.example.ac.jp`;
  const { institutionId, id: memberId } = made;
  await world.db.memberIdentifier.create({ data: { institutionId, memberId, subject: `eppn:${eppn}` } });
  return world.db.member.update({ where: { id: memberId }, data: { eppn } });
}

async function apply(who: Member, kind: "client" | "smime" = "client") {
  const key = await requestKeyOf(world.db, who.id, kind);
  const { number } = await requestCertificate(world.ports, {
    ...{ memberId: who.id, kind, key },
    months: 13,
    locale: "ja",
  });
  const order = await world.newestOrder(who, number);
  await submitOrder(world.ports, order.id);
  return { number, order };
}

async function hold(who: Member) {
  const { number, order } = await apply(who);
  await world.collect(order.id);
  return number;
}

const lines = (...asked: string[]) => asked.map((one, at) => ({ line: at + 1, cells: [one] }));
const statusOf = async (who: Member, number: number) =>
  (await world.db.enrollment.findFirstOrThrow({ where: { memberId: who.id, number } })).status;

let keys = 0;
function ask(asked: string[], more: { reason?: string; key?: string; institutions?: string[] } = {}) {
  const { reason = "卒業", key = `list:${++keys}`, institutions } = more;
  const scope = { institutions: institutions ?? null };
  const wish = { institutionId, lines: lines(...asked), reason, key, scope };
  return askOffboarding(world.ports, { ...wish, source: "list", by: "registrar" });
}

const deeds = async (subjectId: string) =>
  (await auditEntries(world.db, { subjectId })).map(({ deed }) => deed);

test("a list is shown with who holds what, whom nobody knows, and who is named twice", async () => {
  await hold(hanako);
  await apply(hanako);
  const plan = await planOffboarding(world.db, {
    institutionId,
    lines: lines("eppn", "HANAKO@a.example.ac.jp", "nobody@a.example.ac.jp", "hanako@A.example.ac.jp"),
    now: world.now(),
  });
  expect(plan).toMatchObject({
    people: [{ line: 2, memberId: hanako.id, certificates: 1, applications: 1, isOperator: false }],
    notFound: [{ line: 3, asked: "nobody@a.example.ac.jp" }],
    duplicates: [{ line: 4, first: 2 }],
    counts: { people: 1, notFound: 1, duplicates: 1, certificates: 1, applications: 1 },
  });
});

test("nothing is revoked before its time; then certificates are, applications cancelled, logins and roles ended", async () => {
  const [held, waiting] = [await hold(hanako), (await apply(hanako)).number];
  const others = await hold(taro);
  const { id: memberId } = hanako;
  const at = world.now();
  await world.db.session.create({
    data: { memberId, createdAt: at, expiresAt: new Date(+at + 1e9), authnAt: at, assurance: [] },
  });
  await world.db.role.create({ data: { memberId, role: "registrar", institutionId, grantedAt: at } });
  const invited = {
    institutionId,
    batch: "b",
    kind: "client",
    months: 13,
    createdBy: "x",
    createdAt: at,
  } as const;
  await world.db.invitation.create({ data: { ...invited, line: 1, eppn: "hanako@a.example.ac.jp" } });

  const { id } = await ask(["hanako@a.example.ac.jp", "nobody@a.example.ac.jp"]);
  await carryOutOffboarding(world.ports, id);
  expect(await statusOf(hanako, held)).toBe("active");

  world.pass({ days: 1 });
  await carryOutOffboarding(world.ports, id);
  expect(await statusOf(hanako, held)).toBe("revoking");
  expect(await statusOf(hanako, waiting)).toBe("cancelled");
  expect(await statusOf(taro, others)).toBe("active");
  expect(await world.db.revocation.findMany()).toMatchObject([
    { reason: "affiliationChanged", words: "卒業", by: "registrar" },
  ]);
  expect(await world.db.session.count({ where: { memberId, endedAt: null } })).toBe(0);
  expect(await world.db.role.count({ where: { memberId, expiresAt: null } })).toBe(0);
  expect(await world.db.invitation.findFirstOrThrow()).toMatchObject({ status: "cancelled" });
  expect(await offboardingOf(world.db, { id, scope: all, now: world.now() })).toMatchObject({
    status: "done",
    isUndoable: false,
    counts: { people: 1, notFound: 1, ended: 2, failed: 0 },
  });
  expect(await deeds(id)).toEqual(["offboarding.asked", "offboarding.done"]);
  expect(await reportFile(world.db, { id, scope: all })).toContain(`found,${held} ${waiting},`);
  const { enrollmentId } = await world.newestOrder(hanako, held);
  await revokeAtCa(world.ports, enrollmentId);
  expect(await statusOf(hanako, held)).toBe("revoked");
});

test("by two workers at once, and after a kill in the middle, each application ends once", async () => {
  const numbers = [await hold(hanako), await hold(taro)];
  const { id } = await ask(["hanako@a.example.ac.jp", "taro@a.example.ac.jp"]);
  world.pass({ days: 1 });
  // What a killed worker leaves behind: people are dealt with, and nobody has said that it is done.
  await carryOutSome(world.ports, id, 1);
  expect(await statusOf(hanako, numbers[0] ?? 0)).toBe("active");
  expect(await statusOf(taro, numbers[1] ?? 0)).toBe("revoking");
  await Promise.all([carryOutOffboarding(world.ports, id), carryOutOffboarding(world.ports, id)]);
  expect(await world.db.revocation.count()).toBe(2);
  expect(await deeds(id)).toEqual(["offboarding.asked", "offboarding.done"]);
  const people = await world.db.offboardingPerson.findMany({ orderBy: { line: "asc" } });
  expect(people.map(({ ended }) => ended)).toEqual(numbers.map((number) => [number]));
});

test("what no workflow carried out the sweep does", async () => {
  const held = await hold(hanako);
  await ask(["hanako@a.example.ac.jp"]);
  expect(await carryOutOverdue(world.ports)).toBe(0);
  world.pass({ days: 2 });
  expect(await carryOutOverdue(world.ports)).toBe(1);
  expect(await statusOf(hanako, held)).toBe("revoking");
});

describe("taken back", () => {
  test("in its time it ends nothing; said twice it is taken back once", async () => {
    const held = await hold(hanako);
    const { id } = await ask(["hanako@a.example.ac.jp"]);
    const undo = () => undoOffboarding(world.ports, { id, scope: all, by: "registrar" });
    expect((await Promise.all([undo(), undo()])).toSorted()).toEqual(["already", "undone"]);
    world.pass({ days: 2 });
    await carryOutOffboarding(world.ports, id);
    expect(await statusOf(hanako, held)).toBe("active");
    expect(await deeds(id)).toEqual(["offboarding.asked", "offboarding.undone"]);
  });

  test("when its time is over it is too late, also while it is being carried out", async () => {
    const held = await hold(hanako);
    const { id } = await ask(["hanako@a.example.ac.jp"]);
    world.pass({ days: 1 });
    const undo = undoOffboarding(world.ports, { id, scope: all, by: "registrar" });
    const [undone] = await Promise.all([undo, carryOutOffboarding(world.ports, id)]);
    expect(undone).toBe("too_late");
    expect(await statusOf(hanako, held)).toBe("revoking");
  });

  test("a machine whose clock runs behind cannot take back what another has begun", async () => {
    await hold(hanako);
    const { id } = await ask(["hanako@a.example.ac.jp"]);
    world.pass({ days: 1 });
    await carryOutSome(world.ports, id, 0);
    const behind = { ...world.ports, now: () => new Date(+world.now() - 86_400_000) };
    expect(await undoOffboarding(behind, { id, scope: all, by: "registrar" })).toBe("too_late");
  });
});

describe("asked for", () => {
  test("twice at once by one key it is one; with other people it is another request", async () => {
    const twice = () => ask(["hanako@a.example.ac.jp"], { key: "form" });
    const [one, other] = await Promise.all([twice(), twice()]);
    expect(one.id).toBe(other.id);
    expect([one, other].map(({ already }) => already).toSorted()).toEqual([false, true]);
    expect(await ask(["taro@a.example.ac.jp"], { key: "form" })).toMatchObject({ differs: true });
    expect(await world.db.offboarding.count()).toBe(1);
  });

  test("of an institution that is not theirs, or of nobody who is known, it is refused", async () => {
    const refused = (asked: Promise<unknown>) => asked.catch((error: unknown) => codeOf(error));
    expect(await refused(ask(["hanako@a.example.ac.jp"], { institutions: ["other"] }))).toBe("not_found");
    expect(await refused(ask(["nobody@a.example.ac.jp"]))).toBe("invalid_input");
    const octets = Buffer.from("hanako@a.example.ac.jp");
    const scope = { institutions: ["other"] };
    const give = { kind: "offboarding", institutionId, octets, scope, by: "x", now: world.now() } as const;
    expect(await refused(keepList(world.db, give))).toBe("not_found");
    expect(await world.db.offboarding.count()).toBe(0);
  });
});
