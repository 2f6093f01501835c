import "@/tests/support/quiet.ts";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type AttributeName,
  attributeNames,
  type Fault,
  namesIn,
  readAttributes,
} from "@/server/federation/people/attributes.ts";
import { basesOf } from "@/server/federation/people/institutions.ts";
import { personIn } from "@/server/federation/people/person.ts";
import { type Scope, scopeAllowed } from "@/server/federation/people/scopes.ts";
import { LoginRefusal } from "@/server/federation/refusal.ts";
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

const reading = (released: Released, nameId: NameId | null = null) =>
  readAttributes(statement(released, nameId), provider, spEntityId);
const person = (released: Released, nameId: NameId | null = null) => personIn(reading(released, nameId));
/** What the log has of it. */
const noted = (released: Released) => namesIn(reading(released));

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
    expect(person(released).identifiers[0]).toBe(subject);
  });

  test("is a persistent NameID too", () => {
    expect(person({}, persistent("n1")).identifiers).toEqual(["targetedId:n1"]);
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
    const displayName = ["Hana\u0007ko"];
    expect(person({ eppn, displayName }).displayName).toBe("hanako");
    expect(noted({ eppn, displayName }).dropped).toEqual(["displayName: unreadable"]);
  });

  test("of mail are all kept but those that are none", () => {
    const mail = [
      "hanako@a.example.ac.jp",
      "no address",
      "花子@a.example.ac.jp",
      "a@b",
      "h.k@lab.example.ac.jp",
    ];
    expect(person({ eppn, mail }).mails).toEqual(["hanako@a.example.ac.jp", "h.k@lab.example.ac.jp"]);
    expect(noted({ eppn, mail }).dropped).toEqual(["mail: not_an_address", "mail: not_ascii"]);
  });

  test("are never in what is logged", () => {
    const { received, dropped } = noted({ eppn, mail: ["花子"], displayName: ["Hanako"] });
    expect(received.sort()).toEqual(["displayName", "eppn", "mail"]);
    expect(dropped).toEqual(["mail: not_ascii"]);
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

  const slow: [string, string][] = [
    ["a repetition within a repetition", "(a+)+b"],
    ["one of two alike", "(a|a)*b"],
    ["many of anything", ".*.*.*.*.*.*.*.*x"],
  ];
  test.each(slow)("of an expression that would need years, %s, hold nobody up", (_, value) => {
    // Without a limit, the first of them would not come back at all.
    for (let n = 0; n < 100; n++)
      expect(scopeAllowed("a".repeat(240), [{ value, regexp: true }, ...literal])).toBe(false);
  });

  test("nor does one that takes a little less than too long, time and again", () => {
    for (let n = 0; n < 1000; n++)
      expect(scopeAllowed("a".repeat(22), [{ value: "(a|a)*c", regexp: true }])).toBe(false);
  });

  test("of an expression that was too slow count again after an hour", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const some: Scope[] = [{ value: "(a+)+b|a\\.jp", regexp: true }];
    expect(scopeAllowed("a.jp", some)).toBe(true);
    for (let n = 0; n < 100; n++) expect(scopeAllowed("a".repeat(240), some)).toBe(false);
    expect(scopeAllowed("a.jp", some)).toBe(false);
    vi.setSystemTime(Date.now() + 60 * 60_000);
    expect(scopeAllowed("a.jp", some)).toBe(true);
  });

  test("may be expressions that repeat within a repetition, as long as they answer", () => {
    const within: Scope[] = [{ value: "([a-z0-9-]+\\.)*a\\.example\\.ac\\.jp", regexp: true }];
    expect(scopeAllowed("lab.med.a.example.ac.jp", within)).toBe(true);
    expect(scopeAllowed("lab.med.b.example.ac.jp", within)).toBe(false);
  });
});

describe("each value is kept, or dropped for a reason that its owner is told", () => {
  const eppn = "hanako@a.example.ac.jp";
  const cases: [string, AttributeName, readonly (string | NameId)[], (Fault | null)[]][] = [
    ["its own scope", "eppn", [eppn], [null]],
    ["white space around it", "eppn", [` ${eppn}\n`], [null]],
    ["a foreign scope", "eppn", ["hanako@b.example.ac.jp"], ["foreign_scope"]],
    ["no scope", "eppn", ["hanako"], ["no_scope"]],
    ["nothing after the @", "uniqueId", ["f00d@"], ["no_scope"]],
    ["nothing before the @", "pairwiseId", ["@a.example.ac.jp"], ["no_local"]],
    ["two @", "scopedAffiliation", ["staff@x@a.example.ac.jp"], ["two_at"]],
    [
      "a good value beside a foreign one",
      "scopedAffiliation",
      ["staff@a.example.ac.jp", "staff@b.jp"],
      [null, "foreign_scope"],
    ],
    ["no value", "displayName", [], ["empty"]],
    ["only white space", "displayName", ["  "], ["empty"]],
    ["257 characters", "displayName", ["花".repeat(257)], ["too_long"]],
    ["a control character", "displayName", ["Hana\u0000ko"], ["unreadable"]],
    ["what turns the text behind it around", "displayName", ["Hana\u202eko"], ["unreadable"]],
    ["half a character", "displayName", ["Hana\ud842"], ["unreadable"]],
    ["something else inside than text", "mail", [persistent("x")], ["unreadable"]],
    ["the same value twice", "mail", [eppn, eppn], [null]],
    ["no address", "mail", ["Hanako"], ["not_an_address"]],
    ["an address in Japanese", "mail", ["花子@a.example.ac.jp"], ["not_ascii"]],
    ["two ePPNs", "eppn", [eppn, "taro@a.example.ac.jp"], ["several", "several"]],
    ["one ePPN in two spellings", "eppn", [eppn, "Hanako@a.example.ac.jp"], [null, null]],
    ["one ePPN and a foreign one", "eppn", [eppn, "hanako@b.example.ac.jp"], [null, "foreign_scope"]],
    ["a targeted ID as plain text", "targetedId", ["idp!sp!t1"], ["not_a_name_id"]],
    [
      "a targeted ID that says it is an address",
      "targetedId",
      [persistent(eppn, { format: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" })],
      ["other_format"],
    ],
    [
      "a targeted ID for another service",
      "targetedId",
      [persistent("t1", { spNameQualifier: "https://other" })],
      ["foreign_qualifier"],
    ],
    [
      "a targeted ID of another provider",
      "targetedId",
      [persistent("t1", { nameQualifier: "https://other" })],
      ["foreign_qualifier"],
    ],
    [
      "a targeted ID without qualifiers",
      "targetedId",
      [persistent("t1", { nameQualifier: null, spNameQualifier: null })],
      [null],
    ],
  ];
  test.each(cases)("%s", (_, name, values, expected) => {
    const [attribute] = reading({ [name]: values }).attributes;
    expect(attribute?.values.map(({ fault }) => fault)).toEqual(expected);
  });

  test("of a provider for which the federation registered no scope: all that have one", () => {
    const none = readAttributes(statement({ eppn: [eppn] }), { ...provider, scopes: [] }, spEntityId);
    expect(none.attributes[0]?.values).toEqual([{ value: eppn, fault: "no_scope_registered" }]);
  });

  test("of ten thousand values, fifty", () => {
    const groups = Array.from({ length: 10_000 }, (_, n) => `group-${n}`);
    const [attribute] = reading({ isMemberOf: groups }).attributes;
    expect(attribute?.values.filter(({ fault }) => fault === null)).toHaveLength(50);
    expect(attribute?.values.at(-1)).toEqual({ value: "", fault: "too_many" });
  });

  test("of a thousand attributes nobody knows, forty names, none of them long", () => {
    const strange = Array.from({ length: 1000 }, (_, n) => [`${n}${"x".repeat(500)}`, ["v"]] as const);
    const { unknown } = readAttributes(
      { ...statement({}), attributes: new Map(strange) },
      provider,
      spEntityId,
    );
    expect([unknown.length, unknown[0]?.length]).toEqual([40, 100]);
  });
});

describe("attributes that pose as an identifier or an address are not believed", () => {
  const eppn = "hanako@a.example.ac.jp";
  const posing: [string, string][] = [
    ["its friendly name", "mail"],
    ["its friendly name in full", "eduPersonPrincipalName"],
    ["its name in SAML 1", "urn:mace:dir:attribute-def:eduPersonPrincipalName"],
    ["the OID without urn:oid:", "1.3.6.1.4.1.5923.1.1.1.6"],
    ["the OID in capitals", "URN:OID:1.3.6.1.4.1.5923.1.1.1.6"],
    ["the OID and more", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6.1"],
    ["the OID with a zero", "urn:oid:1.3.6.1.4.1.5923.1.1.1.06"],
    ["the OID of another: uid", "urn:oid:0.9.2342.19200300.100.1.1"],
    ["Jackson's names: id", "id"],
    ["Jackson's names: email", "email"],
    ["Microsoft's names", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"],
    ["an object's own name", "__proto__"],
  ];
  test.each(posing)("by %s", (_, name) => {
    const posed = { ...statement({}), attributes: new Map([[name, [eppn]]]) };
    const read = readAttributes(posed, provider, spEntityId);
    expect(read).toEqual({ attributes: [], unknown: [name] });
    expect(() => personIn(read)).toThrow("no_identifier");
  });

  test.each(["emailAddress", "unspecified", "X509SubjectName"])("as a NameID of the format %s", (format) => {
    const nameId = persistent(eppn, { format: `urn:oasis:names:tc:SAML:1.1:nameid-format:${format}` });
    expect(() => person({}, nameId)).toThrow("no_identifier");
  });
});

describe("the end of an institution's names", () => {
  test.each([
    ["Demo University A", "O=Demo University A,L=Academe,C=JP"],
    ["Université de Test, Kyōto + Labs", "O=Universite de Test Kyoto Labs,L=Academe,C=JP"],
    ["デモ大学", "O=a.example.ac.jp,L=Academe,C=JP"],
    ["X".repeat(80), `O=${"X".repeat(64)},L=Academe,C=JP`],
  ])("of %s is safe in a DN", (nameEn, dnBase) => {
    expect(basesOf({ ...provider, nameEn })[0]).toBe(dnBase);
  });

  test.each([
    ["Demo University A", "O=Demo University A (a.example.ac.jp),L=Academe,C=JP"],
    ["X".repeat(80), `O=${"X".repeat(46)} (a.example.ac.jp),L=Academe,C=JP`],
    ["デモ大学", expect.stringMatching(/^O=a\.example\.ac\.jp \([0-9a-f]{12}\),L=Academe,C=JP$/)],
  ])("of %s is told apart where somebody else has it", (nameEn, dnBase) => {
    expect(basesOf({ ...provider, nameEn })[1]).toEqual(dnBase);
  });
});
