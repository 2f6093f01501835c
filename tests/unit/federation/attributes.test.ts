import { describe, expect, test } from "vitest";
import { type AttributeName, attributeNames, readPerson } from "@/server/federation/attributes.ts";
import { dnBaseOf } from "@/server/federation/members.ts";
import { LoginRefusal } from "@/server/federation/refusal.ts";
import { type Scope, scopeAllowed, splitScoped } from "@/server/federation/scopes.ts";
import type { NameId, Statement } from "@/server/federation/validation/assertion.ts";
import { idpEntityId, now, spEntityId } from "@/tests/support/saml.ts";

const provider = { entityId: idpEntityId, scopes: [{ value: "a.example.ac.jp", regexp: false }] };

type Released = Partial<Record<AttributeName, readonly (string | NameId)[]>>;

function statement(released: Released, nameId: NameId | null = null): Statement {
  const attributes = Object.entries(released).map(
    ([name, values]) => [attributeNames[name as AttributeName], values] as const,
  );
  return {
    assertionId: "_a",
    issuer: idpEntityId,
    nameId,
    attributes: new Map(attributes),
    authnContext: null,
    authnInstant: now,
    sessionUntil: null,
    replayableUntil: now,
  };
}

const person = (released: Released, nameId: NameId | null = null) =>
  readPerson(statement(released, nameId), provider, spEntityId);

const persistent = (value: string, changed: Partial<NameId> = {}): NameId => ({
  value,
  format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
  nameQualifier: idpEntityId,
  spNameQualifier: spEntityId,
  ...changed,
});

describe("what identifies a person", () => {
  const eppn = ["hanako@a.example.ac.jp"];
  const cases: [string, Released, string][] = [
    [
      "eduPersonUniqueId before all others",
      { uniqueId: ["U1@a.example.ac.jp"], pairwiseId: ["p1@a.example.ac.jp"], eppn },
      "uniqueId:u1@a.example.ac.jp",
    ],
    [
      "pairwise-id before targeted ID",
      { pairwiseId: ["p1@a.example.ac.jp"], targetedId: [persistent("t1")], eppn },
      "pairwiseId:p1@a.example.ac.jp",
    ],
    ["a targeted ID before ePPN, in its own case", { targetedId: [persistent("T1")], eppn }, "targetedId:T1"],
    [
      "ePPN when there is nothing better",
      { eppn: ["Hanako@A.example.ac.jp"] },
      "eppn:hanako@a.example.ac.jp",
    ],
    [
      "what is left when the unique ID has a foreign scope",
      { uniqueId: ["u1@b.example.ac.jp"], eppn },
      "eppn:hanako@a.example.ac.jp",
    ],
    [
      "what is left when the targeted ID is for another service",
      { targetedId: [persistent("t1", { spNameQualifier: "https://other" })], eppn },
      "eppn:hanako@a.example.ac.jp",
    ],
    [
      "what is left when the targeted ID is another provider's",
      { targetedId: [persistent("t1", { nameQualifier: "https://other" })], eppn },
      "eppn:hanako@a.example.ac.jp",
    ],
  ];
  test.each(cases)("is %s", (_, released, subject) => {
    expect(person(released).subject).toBe(subject);
  });

  test("is a persistent NameID too", () => {
    expect(person({}, persistent("n1")).subject).toBe("targetedId:n1");
  });

  const none: [string, Released, NameId | null][] = [
    ["nothing at all", {}, null],
    ["a name and an address", { displayName: ["Hanako"], mail: ["hanako@a.example.ac.jp"] }, null],
    [
      "a transient NameID",
      {},
      persistent("n1", { format: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient" }),
    ],
    ["an ePPN of a foreign scope", { eppn: ["hanako@b.example.ac.jp"] }, null],
    ["an ePPN of a subdomain", { eppn: ["hanako@x.a.example.ac.jp"] }, null],
    ["an ePPN without a local part", { eppn: ["@a.example.ac.jp"] }, null],
    ["an ePPN with two @", { eppn: ["hanako@b@a.example.ac.jp"] }, null],
    ["an ePPN without a scope", { eppn: ["hanako"] }, null],
  ];
  test.each(none)("is not %s: that ends with no_identifier", (_, released, nameId) => {
    expect(() => person(released, nameId)).toThrow(LoginRefusal);
    expect(() => person(released, nameId)).toThrow("no_identifier");
  });
});

describe("names and addresses", () => {
  const eppn = ["hanako@a.example.ac.jp"];

  test("are taken in both languages", () => {
    const { displayName, displayNameJa } = person({
      eppn,
      displayName: ["Hanako Kokuritsu"],
      jaDisplayName: ["国立 花子"],
    });
    expect([displayName, displayNameJa]).toEqual(["Hanako Kokuritsu", "国立 花子"]);
  });

  test("in Japanese are known as such even when they come as displayName", () => {
    expect(person({ eppn, displayName: ["学認　太郎"] }).displayNameJa).toBe("学認 太郎");
  });

  test("are put together when only their parts come", () => {
    const read = person({
      eppn,
      sn: ["Kokuritsu"],
      givenName: ["Hanako"],
      jaSn: ["国立"],
      jaGivenName: ["花子"],
    });
    expect([read.displayName, read.displayNameJa]).toEqual(["Hanako Kokuritsu", "国立 花子"]);
  });

  test("fall back to the local part of ePPN", () => {
    expect(person({ eppn }).displayName).toBe("hanako");
  });

  test("with control characters are dropped, and the login goes on", () => {
    const read = person({ eppn, displayName: ["Hana\u0007ko"] });
    expect(read.displayName).toBe("hanako");
    expect(read.dropped).toEqual(["displayName"]);
  });

  test("of mail are all kept but those that are none", () => {
    const mail = [
      "hanako@a.example.ac.jp",
      "no address",
      "花子@a.example.ac.jp",
      "a@b",
      "h.k@lab.example.ac.jp",
    ];
    const read = person({ eppn, mail });
    expect(read.mails).toEqual(["hanako@a.example.ac.jp", "h.k@lab.example.ac.jp"]);
    expect(read.dropped).toContain("mail");
  });

  test("are never in what is logged", () => {
    const read = person({ eppn, mail: eppn, displayName: ["Hanako"] });
    expect(read.received.sort()).toEqual(["displayName", "eppn", "mail"]);
  });
});

describe("scopes", () => {
  const literal: Scope[] = [{ value: "a.example.ac.jp", regexp: false }];
  const regexp: Scope[] = [{ value: ".*\\.a\\.example\\.ac\\.jp", regexp: true }];
  const cases: [string, Scope[], string, boolean][] = [
    ["its own", literal, "a.example.ac.jp", true],
    ["its own in other case", literal, "A.Example.AC.jp", true],
    ["another's", literal, "b.example.ac.jp", false],
    ["one that ends like its own", literal, "xa.example.ac.jp", false],
    ["one that the dot of a literal would match as a pattern", literal, "a-example.ac.jp", false],
    ["one its expression matches", regexp, "med.a.example.ac.jp", true],
    ["one its expression matches only in part", regexp, "med.a.example.ac.jp.stranger.example", false],
    ["any, when the expression is broken", [{ value: "(", regexp: true }], "(", false],
    ["any, when none is registered", [], "a.example.ac.jp", false],
    [
      "one after alternation, which must not escape the anchors",
      [{ value: "a\\.jp|b\\.jp", regexp: true }],
      "xb.jp",
      false,
    ],
  ];
  test.each(cases)("a provider speaks for %s", (_, allowed, scope, answer) => {
    expect(scopeAllowed(scope, allowed)).toBe(answer);
  });

  test("are what follows the only @", () => {
    expect(splitScoped("hanako@a.example.ac.jp")).toEqual({ local: "hanako", scope: "a.example.ac.jp" });
    for (const bad of ["hanako", "@a.example.ac.jp", "hanako@", "a@b@c", ""])
      expect(splitScoped(bad)).toBeNull();
  });
});

describe("the end of an institution's names", () => {
  test.each([
    ["Demo University A", "O=Demo University A,L=Academe,C=JP"],
    ["Université de Test, Kyōto + Labs", "O=Universite de Test Kyoto Labs,L=Academe,C=JP"],
    ["デモ大学", "O=a.example.ac.jp,L=Academe,C=JP"],
    ["X".repeat(80), `O=${"X".repeat(64)},L=Academe,C=JP`],
  ])("of %s is safe in a DN", (nameEn, dnBase) => {
    expect(dnBaseOf({ nameEn, scopes: provider.scopes })).toBe(dnBase);
  });
});
