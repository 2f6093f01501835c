/** Whoever comes without an affiliation that their institution asks for is to leave, until they come with one again. */
import "@/tests/support/quiet.ts";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { standingOf } from "@/server/admin/standing.ts";
import type { Database } from "@/server/db.ts";
import { refreshFederation } from "@/server/federation/metadata/refresh.ts";
import { attributeNames, readAttributes } from "@/server/federation/people/attributes.ts";
import { followAffiliation } from "@/server/federation/people/lost-affiliation.ts";
import { demoPortal } from "@/tests/support/demo-login.ts";

const portal = demoPortal();
let db: Database;
const ports = () => ({ db, now: () => new Date(), wakeOutbox: async () => {} }) as never;

beforeAll(async () => {
  ({ db } = portal);
  await refreshFederation(portal.world);
  await portal.logIn("hanako");
});

beforeEach(async () => {
  await db.offboarding.deleteMany();
  await db.outboxEvent.deleteMany();
});

const memberOf = () => db.member.findFirstOrThrow({ where: { eppn: "hanako@a.example.ac.jp" } });
const asks = (...affiliations: string[]) =>
  db.institution.updateMany({ data: { affiliations, undoHours: 24 } });

test("a login without one is noted once, with what was stated; the dashboard says until when", async () => {
  await asks("alum");
  await Promise.all([portal.logIn("hanako"), portal.logIn("hanako")]);
  const found = await db.offboarding.findMany({ include: { people: true } });
  expect(found).toMatchObject([
    { source: "affiliation", by: null, status: "waiting", people: [{ asked: "hanako@a.example.ac.jp" }] },
  ]);
  const [one] = found;
  expect(await db.outboxEvent.findMany()).toMatchObject([
    { name: "admin/offboarding.asked", data: { offboarding: one?.id } },
  ]);
  const entry = await db.auditEntry.findFirstOrThrow({ where: { deed: "offboarding.asked" } });
  expect(entry.after).toMatchObject({ stated: expect.arrayContaining(["member"]) });
  expect((await standingOf(ports(), await memberOf())).leavesAt).toEqual(one?.dueAt);
});

test("a login that states one again takes it back; where nothing is asked for nobody looks", async () => {
  await asks("alum");
  await portal.logIn("hanako");
  await asks("alum", "Member");
  await portal.logIn("hanako");
  expect(await db.offboarding.findMany()).toMatchObject([{ status: "undone" }]);
  expect((await standingOf(ports(), await memberOf())).leavesAt).toBeNull();
  await asks();
  await portal.logIn("hanako");
  expect(await db.offboarding.count()).toBe(1);
});

test("of whom no affiliation at all is stated, or only another's, nothing is known and nothing is done", async () => {
  await asks("staff");
  const { id: memberId, institutionId } = await memberOf();
  const provider = {
    entityId: "https://idp.a.example.ac.jp",
    scopes: [{ value: "a.example.ac.jp", regexp: false }],
  };
  const stating = (values: string[] | null) => {
    const attributes = new Map(values ? [[attributeNames.scopedAffiliation, values]] : []);
    const reading = readAttributes({ attributes, nameId: null } as never, provider, "us");
    return followAffiliation(portal.world, reading, { memberId, institutionId });
  };
  await stating(null);
  await stating([]);
  await stating(["student@elsewhere.example.ac.jp"]);
  expect(await db.offboarding.count()).toBe(0);
  await stating(["STAFF@a.example.ac.jp"]);
  expect(await db.offboarding.count()).toBe(0);
  await stating(["student@a.example.ac.jp"]);
  expect(await db.offboarding.count()).toBe(1);
});
