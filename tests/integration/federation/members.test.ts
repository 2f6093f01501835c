import "@/tests/support/quiet.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "@/server/db.ts";
import { type Provider, providerIdOf } from "@/server/federation/metadata/read-providers.ts";
import { freeBases } from "@/server/federation/people/institutions.ts";
import { findOrMakeMember } from "@/server/federation/people/members.ts";
import type { Person } from "@/server/federation/people/person.ts";
import { testDatabase } from "@/tests/support/database.ts";

const start = new Date("2026-04-01T03:00:00Z");
const later = (months: number) => new Date(Date.UTC(2026, 3 + months, 1, 3));
const [e1, u1, u2] = [
  "eppn:hanako@a.example.ac.jp",
  "uniqueId:1@a.example.ac.jp",
  "uniqueId:2@a.example.ac.jp",
];

let db: Database;
beforeAll(async () => {
  db = await testDatabase();
});
beforeEach(async () => {
  await db.$executeRaw`TRUNCATE "Institution" CASCADE`;
});

function provider(entityId = "https://idp.a.example.ac.jp/idp/shibboleth"): Provider {
  return {
    id: providerIdOf(entityId),
    entityId,
    nameJa: "デモ大学A",
    nameEn: "Demo University A",
    scopes: [{ value: "a.example.ac.jp", regexp: false }],
  } as unknown as Provider;
}

function logIn(
  identifiers: string[],
  { at = start, of = provider(), ...described }: Partial<Person> & { at?: Date; of?: Provider } = {},
) {
  const eppn = identifiers.find((subject) => subject.startsWith("eppn:"))?.slice(5) ?? null;
  const person: Person = {
    identifiers,
    displayName: "Hanako Kokuritsu",
    displayNameJa: "国立 花子",
    mails: ["hanako@a.example.ac.jp"],
    eppn,
    assurance: [],
    ...described,
  };
  return findOrMakeMember(db, { provider: of, person, locale: "ja", now: at });
}

/** What names a member, with the months since the start at which it was last stated. */
async function identifiersOf(memberId: string) {
  const rows = await db.memberIdentifier.findMany({ where: { memberId }, orderBy: { subject: "asc" } });
  return rows.map(({ subject, seenAt }) => `${subject} ${seenAt.toISOString().slice(0, 7)}`);
}

describe("two first logins at once make one member", () => {
  test.each([
    ["with the same identifiers", [u1, e1], [u1, e1]],
    ["in another order", [u1, e1], [e1, u1].sort()],
    ["of which one states less", [u1, e1], [e1]],
  ])("%s", async (_, one, other) => {
    for (let round = 0; round < 5; round++) {
      await db.$executeRaw`TRUNCATE "Institution" CASCADE`;
      const all = await Promise.all(Array.from({ length: 12 }, (__, n) => logIn(n % 2 ? one : other)));
      expect(new Set(all.map(({ memberId }) => memberId)).size).toBe(1);
      expect(await db.member.count()).toBe(1);
      expect(await db.institution.count()).toBe(1);
    }
  });

  test("and of twenty people, twenty", async () => {
    const people = Array.from({ length: 20 }, (_, n) => [
      `uniqueId:${n}@a.example.ac.jp`,
      `eppn:${n}@a.example.ac.jp`,
    ]);
    const all = await Promise.all(
      [...people, ...people.toReversed()].map((identifiers) => logIn(identifiers)),
    );
    expect(new Set(all.map(({ memberId }) => memberId)).size).toBe(20);
    expect(await db.memberIdentifier.count()).toBe(40);
  });
});

describe("an ePPN that another person has by now", () => {
  test("leads to a new member, and goes with them; the one before keeps what they have", async () => {
    const before = await logIn([u1, e1]);
    await db.enrollment.create({
      data: {
        memberId: before.memberId,
        number: 1,
        kind: "client",
        months: 12,
        requestKey: "client:0",
        dn: "CN=Hanako",
        mail: "hanako@a.example.ac.jp",
        locale: "ja",
        requestedAt: start,
      },
    });
    const after = await logIn([u2, e1], { at: later(30) });
    expect(after.memberId).not.toBe(before.memberId);
    expect(await identifiersOf(before.memberId)).toEqual([`${u1} 2026-04`]);
    expect(await identifiersOf(after.memberId)).toEqual([`${e1} 2028-10`, `${u2} 2028-10`]);
    expect(await db.enrollment.count({ where: { memberId: before.memberId } })).toBe(1);
    expect((await logIn([u1], { at: later(31) })).memberId).toBe(before.memberId);
  });

  test("of two who log in with it at once, one is new and the other is not taken for them", async () => {
    const { memberId } = await logIn([u1, e1]);
    const [hanako, other] = await Promise.all([logIn([u1, e1]), logIn([u2, e1])]);
    expect(hanako?.memberId).toBe(memberId);
    expect(other?.memberId).not.toBe(memberId);
    const holders = await db.memberIdentifier.findMany({ where: { subject: e1 } });
    expect(holders).toHaveLength(1);
  });
});

describe("a person known by ePPN only", () => {
  test("is the same within 24 months of the last login, however long in all", async () => {
    const { memberId } = await logIn([e1]);
    for (const months of [20, 40, 60])
      expect((await logIn([e1], { at: later(months) })).memberId).toBe(memberId);
  });

  test("is somebody new 24 months after the last login; the one before keeps their records and is named by nothing", async () => {
    const { memberId } = await logIn([e1]);
    expect((await logIn([e1], { at: later(24) })).memberId).not.toBe(memberId);
    expect(await identifiersOf(memberId)).toEqual([]);
    expect(await db.member.count()).toBe(2);
  });

  test("stays who they are when their institution begins to state more, and is then known by the stronger", async () => {
    const { memberId } = await logIn([e1]);
    expect((await logIn([u1, e1], { at: later(12) })).memberId).toBe(memberId);
    expect(await db.member.findUnique({ where: { id: memberId } })).toMatchObject({ subject: u1 });
    expect((await logIn([u1], { at: later(48) })).memberId).toBe(memberId);
  });
});

describe("each login", () => {
  test("brings names and addresses up to date, and takes away those no longer stated", async () => {
    const { memberId } = await logIn([u1, e1], { mails: ["old@a.example.ac.jp", "hanako@a.example.ac.jp"] });
    await logIn([u1], { displayName: "Hanako Gakunin", displayNameJa: null, mails: [], at: later(1) });
    expect(await db.member.findUnique({ where: { id: memberId } })).toMatchObject({
      displayName: "Hanako Gakunin",
      displayNameJa: null,
      mails: [],
      lastLoginAt: later(1),
    });
  });

  test("of somebody renamed leaves them one ePPN, so that the old one names nobody", async () => {
    const { memberId } = await logIn([u1, e1]);
    await logIn([u1, "eppn:kokuritsu@a.example.ac.jp"], { at: later(1) });
    expect((await logIn([e1], { at: later(2) })).memberId).not.toBe(memberId);
  });

  test("does not take a strong identifier from somebody else", async () => {
    const taro = await logIn(["targetedId:1"]);
    const hanako = await logIn([u1]);
    expect((await logIn([u1, "targetedId:1"])).memberId).toBe(hanako.memberId);
    expect((await logIn(["targetedId:1"])).memberId).toBe(taro.memberId);
  });

  test("at another institution with the very same identifiers is another person's", async () => {
    const here = await logIn([u1, e1]);
    const there = await logIn([u1, e1], { of: provider("https://idp.b.example.ac.jp/idp/shibboleth") });
    expect(there.memberId).not.toBe(here.memberId);
    expect((await logIn([u1, e1])).memberId).toBe(here.memberId);
  });
});

test("institutions of one name are told apart in the names of their certificates, however many first logins there are at once", async () => {
  const [a, b] = ["a", "b"].map((one) => provider(`https://idp.${one}.example.ac.jp/idp/shibboleth`));
  const shouting = { ...provider("https://idp.c.example.ac.jp"), nameEn: "DEMO UNIVERSITY A", scopes: [] };
  await Promise.all(
    [a, b, shouting, a, b, shouting].map((of, n) => logIn([`uniqueId:${n}@a.example.ac.jp`], { of })),
  );
  const bases = (await db.institution.findMany()).map(({ dnBase }) => dnBase.toLowerCase());
  expect(new Set(bases).size).toBe(3);
  expect(bases).toContain("o=demo university a,l=academe,c=jp");
  // Who has a name is not in their own way.
  const first = await db.institution.findFirstOrThrow({
    where: { dnBase: { equals: "O=Demo University A,L=Academe,C=JP", mode: "insensitive" } },
  });
  const own = { ...provider(first.entityId), nameEn: first.nameEn };
  expect((await freeBases(db, [own])).get(first.entityId)).toBe(first.dnBase);
});
