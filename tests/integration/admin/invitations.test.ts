/** 一括発行 on a real database: planned line by line, waiting for who is meant, taken up once. */
import "@/tests/support/quiet.ts";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { batchFile, batchOf, listBatches } from "@/server/admin/invitations/batches.ts";
import { cancelInvitations, makeInvitations } from "@/server/admin/invitations/make.ts";
import { planInvitations } from "@/server/admin/invitations/plan.ts";
import { invitedFor, takeUpInvitations } from "@/server/admin/invitations/take-up.ts";
import { codeOf } from "@/server/api/errors.ts";
import { requestCertificate, requestKeyOf } from "@/server/enrollment/request.ts";
import type { Member } from "@/server/generated/prisma/client.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

const all = { institutions: null };
let world: World;
let hanako: Member;
let institutionId: string;

beforeAll(async () => {
  world = await openWorld();
  const { entityId, nameJa, nameEn } = await world.db.institution.findFirstOrThrow();
  await world.db.identityProvider.create({
    data: {
      ...{ id: "0".repeat(64), entityId, nameJa, nameEn, search: "" },
      scopes: [{ value: "a.example.ac.jp", regexp: false }],
      validUntil: new Date("2100-01-01"),
    },
  });
});

beforeEach(async () => {
  await world.reset();
  await world.db.invitation.deleteMany();
  const made = await world.member("hanako");
  ({ institutionId } = made);
  await named(made, "hanako@a.example.ac.jp");
  hanako = await world.db.member.update({ where: { id: made.id }, data: { eppn: "Hanako@a.example.ac.jp" } });
  await world.db.institution.update({ where: { id: institutionId }, data: { approvalFor: [] } });
});

const named = ({ id: memberId, institutionId }: Member, eppn: string) =>
  world.db.memberIdentifier.create({ data: { institutionId, memberId, subject: `eppn:${eppn}` } });

const lines = (...rows: string[]) => rows.map((row, at) => ({ line: at + 1, cells: row.split(",") }));
const plan = (...rows: string[]) =>
  planInvitations(world.db, { institutionId, lines: lines(...rows), rules: world.ports.rules });

let batches = 0;
async function invite(rows: string[], batch = `batch-${++batches}`) {
  const given = { institutionId, lines: lines(...rows), scope: all, by: "registrar" };
  return { batch, ...(await makeInvitations(world.ports, { batch, ...given })) };
}
const rowsOf = async (batch: string) =>
  (await batchOf(world.db, { batch, scope: all, after: 0, take: 100 })).rows;

test("each list is on one page of those that were made, however many there are and whose they are", async () => {
  const data = Array.from({ length: 120 }, (_, n) => ({
    ...{
      id: `i${n}`,
      batch: `list-${n % 110}`,
      line: n,
      eppn: `p${n}@a.example.ac.jp`,
      kind: "client" as const,
    },
    // Some were made at the same moment.
    ...{
      months: 13,
      institutionId,
      createdBy: hanako.id,
      createdAt: new Date(1e12 + Math.floor((n % 110) / 2)),
    },
  }));
  await world.db.invitation.createMany({ data });
  const pages: string[][] = [];
  for (let before: string | undefined; ; ) {
    const { batches, next } = await listBatches(world.db, { scope: all, before });
    pages.push(batches.map(({ batch }) => batch));
    if (next === null) break;
    before = next;
  }
  expect(pages.map(({ length }) => length)).toEqual([50, 50, 10]);
  expect(new Set(pages.flat()).size).toBe(110);
  expect(pages[0]?.[0]).toBe("list-109");
  expect(await listBatches(world.db, { scope: { institutions: [] } })).toEqual({ batches: [], next: null });
});

test("each line is told what is wrong with it, and the rest can be done", async () => {
  await requestCertificate(world.ports, {
    ...{ memberId: hanako.id, kind: "smime", months: 13, locale: "ja" },
    key: await requestKeyOf(world.db, hanako.id, "smime"),
  });
  await invite(["taro@a.example.ac.jp,client,25"]);
  const planned = await plan(
    "eppn,kind,months,mail",
    "hanako,client,13",
    "hanako@b.example.ac.jp,client,13",
    "hanako@a.example.ac.jp,server,13",
    "hanako@a.example.ac.jp,client,14",
    "hanako@a.example.ac.jp,client,13",
    "HANAKO@a.example.ac.jp,client,25",
    "hanako@a.example.ac.jp,smime,13",
    "taro@a.example.ac.jp,client,13",
    "taro@a.example.ac.jp,smime,13,not an address",
  );
  expect(planned.map(({ line, problem }) => [line, problem])).toEqual([
    [2, "eppn_malformed"],
    [3, "eppn_foreign"],
    [4, "kind_unknown"],
    [5, "term_unknown"],
    [6, null],
    [7, "duplicate"],
    [8, "holds_already"],
    [9, "waits_already"],
    [10, "mail_malformed"],
  ]);
});

test("nothing is issued to whoever has not come; who comes, in two windows at once, finds one application", async () => {
  const { batch, made } = await invite([
    "hanako@a.example.ac.jp,client,13",
    "taro@a.example.ac.jp,client,13",
  ]);
  expect(made).toBe(2);
  expect(await world.db.enrollment.count()).toBe(0);
  await Promise.all([1, 2].map(() => takeUpInvitations(world.ports, hanako)));
  expect(await world.db.enrollment.findMany()).toMatchObject([
    { memberId: hanako.id, kind: "client", months: 13, status: "requested", number: 1 },
  ]);
  expect(await rowsOf(batch)).toMatchObject([
    { status: "made", number: 1 },
    { status: "waiting", number: null },
  ]);
  expect(await invitedFor(world.ports, hanako.id)).toEqual([{ kind: "client", number: 1 }]);
  expect(await world.db.outboxEvent.count({ where: { name: "enrollment/order.placed" } })).toBe(1);
  expect(await batchFile(world.db, { batch, scope: all })).toContain(
    "1,hanako@a.example.ac.jp,client,13,,made,,1",
  );
});

test("its registrar has approved it, where applications of its kind are approved", async () => {
  await world.db.institution.update({ where: { id: institutionId }, data: { approvalFor: ["client"] } });
  await invite(["hanako@a.example.ac.jp,client,13"]);
  await takeUpInvitations(world.ports, hanako);
  expect(await world.db.enrollment.findFirstOrThrow()).toMatchObject({ status: "requested" });
  const asked = { memberId: hanako.id, kind: "client", months: 13, locale: "ja" } as const;
  await requestCertificate(world.ports, { ...asked, key: await requestKeyOf(world.db, hanako.id, "client") });
  expect(await world.db.enrollment.count({ where: { status: "awaiting_approval" } })).toBe(1);
});

test("what cannot become an application says why, and keeps none of the others away", async () => {
  const { batch } = await invite([
    "hanako@a.example.ac.jp,smime,13,somebody@else.example.ac.jp",
    "hanako@a.example.ac.jp,client,13",
  ]);
  await takeUpInvitations(world.ports, hanako);
  expect(await rowsOf(batch)).toMatchObject([
    { status: "refused", problem: "mail_not_yours" },
    { status: "made", number: 1 },
  ]);
});

test("a list confirmed twice at once is one, and two lists never invite for the same", async () => {
  const row = ["hanako@a.example.ac.jp,client,13"];
  const [one, other] = await Promise.all([invite(row, "same"), invite(row, "same")]);
  expect([one, other].map(({ already }) => already).toSorted()).toEqual([false, true]);
  const again = await invite(row).catch((error: unknown) => codeOf(error));
  expect(again).toBe("invalid_input");
  expect(await world.db.invitation.count()).toBe(1);
});

test("cancelled while its person comes, it is either cancelled or made, never both", async () => {
  const { batch } = await invite(["hanako@a.example.ac.jp,client,13"]);
  const cancel = cancelInvitations(world.ports, { batch, scope: all });
  const [cancelled] = await Promise.all([cancel, takeUpInvitations(world.ports, hanako)]);
  const [row] = await rowsOf(batch);
  expect(await world.db.enrollment.count()).toBe(cancelled === 1 ? 0 : 1);
  expect(row?.status).toBe(cancelled === 1 ? "cancelled" : "made");
  const foreign = cancelInvitations(world.ports, { batch, scope: { institutions: ["other"] } });
  expect(await foreign.catch((error: unknown) => codeOf(error))).toBe("not_found");
});
