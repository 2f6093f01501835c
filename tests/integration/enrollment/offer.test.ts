/** What an institution's settings allow its members to ask for, at an application and at a renewal. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { submitOrder } from "@/server/enrollment/carry-out.ts";
import { dashboardOf, detailOf } from "@/server/enrollment/records.ts";
import { renewCertificate } from "@/server/enrollment/renew.ts";
import { requestCertificate } from "@/server/enrollment/request.ts";
import type { Member, Prisma } from "@/server/generated/prisma/client.ts";
import { openWorld, type World } from "@/tests/support/world.ts";

let world: World;
let hanako: Member;
let taro: Member;

beforeAll(async () => {
  world = await openWorld();
});

const usual = {
  ...{ isEnabled: true, kinds: ["client", "smime"], clientTerms: [], smimeTerms: [] },
  ...{ memberLimit: null, institutionLimit: null, noticeJa: "", noticeEn: "", contact: "" },
} satisfies Prisma.InstitutionUpdateInput;
const set = (settings: Prisma.InstitutionUpdateInput) =>
  world.db.institution.updateMany({ data: settings as Prisma.InstitutionUpdateManyMutationInput });

beforeEach(async () => {
  await world.reset();
  await set(usual);
  hanako = await world.member("hanako");
  taro = await world.member("taro");
});

const apply = (member: Member, n = 0, { kind = "client" as "client" | "smime", months = 52 } = {}) =>
  requestCertificate(world.ports, { memberId: member.id, kind, months, key: `${kind}:${n}`, locale: "ja" });
const code = (asked: Promise<unknown>) =>
  asked.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );
const offered = async () => (await dashboardOf(world.ports, hanako.id, false)).terms;

const hindrances = async (number: number) => [
  (await detailOf(world.ports, hanako.id, number)).renewalHindrance,
  (await dashboardOf(world.ports, hanako.id, false)).enrollments[0]?.renewalHindrance,
];

const refusals: [string, Prisma.InstitutionUpdateInput, string, object][] = [
  ["takes no applications", { isEnabled: false }, "institution_not_enabled", { client: [], smime: [] }],
  ["does not offer the kind", { kinds: ["smime"] }, "kind_not_offered", { client: [], smime: [52, 25, 13] }],
  ["does not offer the term", { clientTerms: [13, 25] }, "term_not_offered", { client: [25, 13] }],
  ["offers only terms that the CA has not", { clientTerms: [7] }, "term_not_offered", { client: [] }],
];

describe.each(refusals)("where the institution %s", (_, settings, refusal, terms) => {
  test("nothing is applied for or renewed, and the dashboard does not offer it", async () => {
    const { number } = await apply(hanako);
    const order = await world.newestOrder(hanako, number);
    await submitOrder(world.ports, order.id);
    await world.collect(order.id);
    await set(settings);
    expect(await code(apply(hanako, 1))).toBe(refusal);
    const renewal = renewCertificate(world.ports, { memberId: hanako.id, number, sequence: 1 });
    expect(await code(renewal)).toBe(refusal);
    expect(await world.db.order.count()).toBe(1);
    expect(await offered()).toMatchObject(terms);
    // And the buttons say why they may not be used, instead of leading to a refusal.
    expect(await hindrances(number)).toEqual(["not_offered", "not_offered"]);
    // What there is stays as it is, and is offered again when the institution does.
    await set(usual);
    expect(await hindrances(number)).toEqual([null, null]);
    expect(await code(apply(hanako, 1))).toBe("done");
  });
});

test("an institution's limit for a member counts instead of the portal's", async () => {
  world.ports.settings.clientCertificateLimit = 1;
  await set({ memberLimit: 2 });
  expect(await code(apply(hanako, 0))).toBe("done");
  expect(await code(apply(hanako, 1))).toBe("done");
  expect(await code(apply(hanako, 2))).toBe("too_many_certificates");
  const { clientCertificates } = await dashboardOf(world.ports, hanako.id, false);
  expect(clientCertificates).toEqual({ living: 2, limit: 2 });
  await set({ memberLimit: null });
  expect(await code(apply(taro, 0))).toBe("done");
  expect(await code(apply(taro, 1))).toBe("too_many_certificates");
});

describe("an institution's limit for all", () => {
  test("counts what lives, of every kind and every member; a renewal is no more of them", async () => {
    await set({ institutionLimit: 2 });
    const { number } = await apply(hanako);
    const order = await world.newestOrder(hanako, number);
    await submitOrder(world.ports, order.id);
    await world.collect(order.id);
    expect(await code(apply(taro, 0, { kind: "smime" }))).toBe("done");
    expect((await dashboardOf(world.ports, hanako.id, false)).institution.isFull).toBe(true);
    expect(await code(apply(taro))).toBe("institution_limit_reached");
    const renewal = renewCertificate(world.ports, { memberId: hanako.id, number, sequence: 1 });
    expect(await code(renewal)).toBe("done");
    await world.revoke(hanako, number);
    expect(await code(apply(taro))).toBe("done");
  });

  test("is kept by two who ask at the same moment for the last place", async () => {
    await set({ institutionLimit: 1 });
    const answers = await Promise.all([hanako, taro].map((member) => code(apply(member))));
    expect(answers.toSorted()).toEqual(["done", "institution_limit_reached"]);
    expect(await world.db.enrollment.count()).toBe(1);
  });
});

test("the dashboard has what the institution tells its members, and whom they may ask", async () => {
  await set({ noticeJa: "お知らせ", noticeEn: "Notice", contact: "help@a.example.ac.jp" });
  expect((await dashboardOf(world.ports, hanako.id, false)).institution).toMatchObject({
    ...{ isEnabled: true, isFull: false, contact: "help@a.example.ac.jp" },
    notice: { ja: "お知らせ", en: "Notice" },
  });
});
