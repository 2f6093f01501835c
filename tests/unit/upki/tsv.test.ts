import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitServiceDn } from "../../../server/ca/upki/dn.ts";
import { columnsOf, dnColumnOf, encodeTsv, faultsOf, type UpkiRequest } from "../../../server/ca/upki/tsv.ts";
import { parseName } from "../../../server/pki/name.ts";

const issue: UpkiRequest = {
  kind: "issue",
  dn: "CN=Kunitachi\\, Hanako,OU=No 11,O=Example University,L=Academe,ST=Tokyo,C=JP",
  profile: "5",
  serial: null,
  reason: null,
  comment: "",
  holder: { name: "国立　花子", affiliation: "情報学部", mail: "hanako@example.ac.jp" },
  manager: { name: "髙橋①～ｶﾅ", affiliation: "情報基盤センター", mail: "upki@portal.example.ac.jp" },
  fileName: "No11-20260401",
};
const serial = "340282366920938463463374607431768211455";
const renew: UpkiRequest = { ...issue, kind: "renew", serial };
const revoke: UpkiRequest = {
  ...issue,
  kind: "revoke",
  profile: null,
  serial,
  reason: 0,
  comment: "退職のため",
};

const decoded = (octets: Uint8Array) => new TextDecoder("shift_jis", { fatal: true }).decode(octets);
const dn = "CN=Kunitachi, Hanako,OU=No 11,O=Example University,L=Academe,ST=Tokyo,C=JP";

describe("a request is one line of 15 columns", () => {
  test.each([
    [
      "to issue",
      issue,
      [dn, "5", "1", "", "", "", "", "髙橋①～ｶﾅ", "情報基盤センター", "upki@portal.example.ac.jp"].concat([
        "国立　花子",
        "No11-20260401",
        "情報学部",
        "hanako@example.ac.jp",
        "",
      ]),
    ],
    [
      "to renew",
      renew,
      [dn, "5", "1", serial, "", "", "", "髙橋①～ｶﾅ", "情報基盤センター", "upki@portal.example.ac.jp"].concat(
        ["国立　花子", "No11-20260401", "情報学部", "hanako@example.ac.jp", ""],
      ),
    ],
    [
      "to revoke",
      revoke,
      [dn, "", "", serial, "0", "退職のため", "", "", "", "upki@portal.example.ac.jp"].concat([
        "",
        "",
        "",
        "hanako@example.ac.jp",
        "",
      ]),
    ],
  ])("%s", (_, request, columns) => {
    expect(columnsOf(request)).toEqual(columns);
    expect(decoded(encodeTsv([request, request]))).toBe(`${columns.join("\t")}\r\n`.repeat(2));
  });

  test("with a comment only where the reason is 0", () => {
    expect(columnsOf({ ...revoke, reason: 5, comment: "〜" })[5]).toBe("");
  });
});

describe("a name is written without the escapes of RFC 4514", () => {
  test.each([
    ["CN=a\\,b,C=JP", "CN=a,b,C=JP"],
    ["CN=a\\2Cb, OU=x\\=y,C=JP", "CN=a,b,OU=x=y,C=JP"],
    ["cn=hanako,C=JP", "CN=hanako,C=JP"],
  ])("%s", (rfc4514, column) => {
    expect(dnColumnOf(rfc4514)).toBe(column);
  });
});

const named = (rdns: Partial<Record<"CN" | "OU" | "O" | "L" | "ST" | "C", string>>) =>
  Object.entries({ CN: "hanako", OU: "No 1", O: "Example University", L: "Academe", C: "JP", ...rdns })
    .map(([type, value]) => `${type}=${value}`)
    .join(",");
const sixtyFour = "a".repeat(64);

describe("a request that the service would refuse is refused", () => {
  test.each<[string, Partial<UpkiRequest>, object]>([
    ["without a name", { dn: "" }, { field: "dn", rule: "missing" }],
    ["with something that is no name", { dn: "hanako" }, { field: "dn", rule: "malformed", value: "hanako" }],
    ["with another type in its name", { dn: "UID=hanako,C=JP" }, { field: "dn", rule: "malformed" }],
    ["with a name without CN", { dn: "OU=No 1,O=Example,C=JP" }, { field: "CN", rule: "missing" }],
    ["with a name without O", { dn: "CN=hanako,C=JP" }, { field: "O", rule: "missing" }],
    ["with a name without C", { dn: "CN=hanako,O=Example" }, { field: "C", rule: "missing" }],
    ["with an empty OU", { dn: "CN=hanako,OU=,O=Example,C=JP" }, { field: "OU", rule: "missing" }],
    ["with the country first", { dn: "C=JP,O=Example,CN=hanako" }, { field: "dn", rule: "order" }],
    ["with OU before CN", { dn: "OU=No 1,CN=hanako,O=Example,C=JP" }, { field: "dn", rule: "order" }],
    [
      "with ST before L",
      { dn: "CN=hanako,O=Example,ST=Tokyo,L=Academe,C=JP" },
      { field: "dn", rule: "order" },
    ],
    ["with two CN", { dn: "CN=hanako,CN=taro,O=Example,C=JP" }, { field: "dn", rule: "order" }],
    ["of another country", { dn: named({ C: "KR" }) }, { field: "C", rule: "malformed", value: "KR" }],
    ["with a long CN", { dn: named({ CN: `${sixtyFour}b` }) }, { field: "CN", rule: "too_long", limit: 64 }],
    ["with a long OU", { dn: named({ OU: `${sixtyFour}b` }) }, { field: "OU", rule: "too_long", limit: 64 }],
    ["with a long O", { dn: named({ O: `${sixtyFour}b` }) }, { field: "O", rule: "too_long", limit: 64 }],
    ["with a long L", { dn: named({ L: `${sixtyFour}b` }) }, { field: "L", rule: "too_long", limit: 64 }],
    [
      "with a long name of allowed parts",
      { dn: named({ CN: sixtyFour, OU: sixtyFour, O: sixtyFour, L: sixtyFour }) },
      { field: "dn", rule: "too_long", limit: 250 },
    ],
    [
      "with a name far too long to read",
      { dn: named({ CN: "a".repeat(9000) }) },
      { field: "dn", rule: "too_long" },
    ],
    [
      "with kanji in its CN",
      { dn: named({ CN: "国立" }) },
      { field: "CN", rule: "characters", characters: "国立" },
    ],
    ["with + in its CN", { dn: named({ CN: "a\\+b" }) }, { field: "CN", rule: "characters", value: "a+b" }],
    ["with é in its CN", { dn: named({ CN: "José" }) }, { field: "CN", rule: "characters", characters: "é" }],
    ["with @ in its OU", { dn: named({ OU: "a@b" }) }, { field: "OU", rule: "characters", characters: "@" }],
    ["with _ in its O", { dn: named({ O: "a_b" }) }, { field: "O", rule: "characters", characters: "_" }],
    ["with _ in its L", { dn: named({ L: "a_b" }) }, { field: "L", rule: "characters", characters: "_" }],
    [
      "with a TAB in its CN",
      { dn: named({ CN: "a\tb" }) },
      { field: "CN", rule: "characters", characters: "\t" },
    ],
    [
      "with a space before its CN",
      { dn: named({ CN: "\\ a" }) },
      { field: "CN", rule: "malformed", value: " a" },
    ],
    ["with a CN that reads as two", { dn: named({ CN: "a\\,OU=No 2" }) }, { field: "dn", rule: "malformed" }],
    ["without a profile", { profile: null }, { field: "profile", rule: "missing" }],
    [
      "with a profile that is no number",
      { profile: "5a" },
      { field: "profile", rule: "not_digits", value: "5a" },
    ],
    ["with full-width digits", { profile: "５" }, { field: "profile", rule: "not_digits" }],
    ["with a long profile", { profile: "1".repeat(10) }, { field: "profile", rule: "too_long" }],
    [
      "without a holder's name",
      { holder: { ...issue.holder, name: "　" } },
      { field: "holderName", rule: "missing" },
    ],
    [
      "with a long name of the holder",
      { holder: { ...issue.holder, name: "国".repeat(65) } },
      { field: "holderName", rule: "too_long", limit: 64 },
    ],
    [
      "with letters that cp932 does not have",
      { holder: { ...issue.holder, name: "José 한〜国" } },
      { field: "holderName", rule: "unmappable", value: "José 한〜国", characters: "é한〜" },
    ],
    [
      "with 𠮷, which cp932 does not have",
      { holder: { ...issue.holder, name: "𠮷野" } },
      { field: "holderName", rule: "unmappable", characters: "𠮷" },
    ],
    [
      "with a TAB in an affiliation",
      { holder: { ...issue.holder, affiliation: "a\tb" } },
      { field: "holderAffiliation", rule: "characters", characters: "\t" },
    ],
    [
      "with a line break in a name",
      { manager: { ...issue.manager, name: "a\r\nb" } },
      { field: "managerName", rule: "characters", characters: "\r\n" },
    ],
    [
      "without an affiliation of the manager",
      { manager: { ...issue.manager, affiliation: "" } },
      { field: "managerAffiliation", rule: "missing" },
    ],
    [
      "without the holder's mail",
      { holder: { ...issue.holder, mail: "" } },
      { field: "holderMail", rule: "missing" },
    ],
    [
      "with two addresses",
      { holder: { ...issue.holder, mail: "a@example.ac.jp,b@example.ac.jp" } },
      { field: "holderMail", rule: "malformed" },
    ],
    [
      "with an address that is not ASCII",
      { holder: { ...issue.holder, mail: "花子@example.ac.jp" } },
      { field: "holderMail", rule: "malformed" },
    ],
    [
      "with a long address",
      { manager: { ...issue.manager, mail: `${"a".repeat(64)}@portal.example.ac.jp` } },
      { field: "managerMail", rule: "too_long", limit: 78 },
    ],
    ["without a file name", { fileName: "" }, { field: "fileName", rule: "missing" }],
    ["with an extension", { fileName: "a.p12" }, { field: "fileName", rule: "characters", characters: "." }],
    ["with a path", { fileName: "../a" }, { field: "fileName", rule: "characters", characters: "./" }],
    ["with kanji in the file name", { fileName: "花子" }, { field: "fileName", rule: "characters" }],
    [
      "with a long file name",
      { fileName: "a".repeat(23) },
      { field: "fileName", rule: "too_long", limit: 22 },
    ],
    ["that renews nothing", { kind: "renew", serial: null }, { field: "serial", rule: "missing" }],
    [
      "with a serial in hex",
      { kind: "renew", serial: "0a" },
      { field: "serial", rule: "not_digits", value: "0a" },
    ],
    [
      "with a long serial",
      { kind: "renew", serial: "1".repeat(40) },
      { field: "serial", rule: "too_long", limit: 39 },
    ],
    ["that revokes nothing", { ...revoke, serial: "" }, { field: "serial", rule: "missing" }],
    ["without a reason", { ...revoke, reason: null }, { field: "reason", rule: "missing" }],
    ["with an unknown reason", { ...revoke, reason: 7 }, { field: "reason", rule: "malformed", value: "7" }],
    ["with a broken reason", { ...revoke, reason: 0.5 }, { field: "reason", rule: "malformed" }],
    ["without a comment to reason 0", { ...revoke, comment: "" }, { field: "comment", rule: "missing" }],
    ["with a long comment", { ...revoke, comment: "a".repeat(129) }, { field: "comment", rule: "too_long" }],
    ["with a comment of two lines", { ...revoke, comment: "a\nb" }, { field: "comment", rule: "characters" }],
    [
      "with a comment that cp932 does not have",
      { ...revoke, comment: "é" },
      { field: "comment", rule: "unmappable" },
    ],
  ])("%s", (_, change, fault) => {
    const request = { ...issue, ...change };
    expect(faultsOf(request)).toEqual([expect.objectContaining(fault)]);
    expect(() => columnsOf(request)).toThrow(RangeError);
    expect(() => encodeTsv([issue, request])).toThrow(RangeError);
  });

  test("with every fault at once", () => {
    const request = { ...issue, dn: named({ CN: "国" }), profile: "x", fileName: "" };
    expect(faultsOf(request).map(({ field }) => field)).toEqual(["CN", "profile", "fileName"]);
  });
});

describe("a request that the service takes is not refused", () => {
  test.each<[string, Partial<UpkiRequest>]>([
    ["every character of a CN", { dn: named({ CN: "aZ9 '()\\,-./:=@_" }) }],
    ["every character of an OU", { dn: named({ OU: "aZ9 '()\\,-./:=" }) }],
    ["several OU", { dn: "CN=hanako,OU=a,OU=b,O=Example,C=JP" }],
    ["no OU, L or ST", { dn: "CN=hanako,O=Example,C=JP" }],
    ["64 characters each", { dn: named({ CN: sixtyFour, OU: sixtyFour, O: sixtyFour }) }],
    [
      "a revocation without a profile, names and file name",
      { ...revoke, fileName: "", holder: { ...issue.holder, name: "" } },
    ],
    ["a reason other than 0 without a comment", { ...revoke, reason: 4, comment: "" }],
    ["64 kanji", { holder: { ...issue.holder, name: "国".repeat(64) } }],
  ])("%s", (_, change) => {
    expect(faultsOf({ ...issue, ...change })).toEqual([]);
  });
});

test("a file is of at least one request, all of one kind", () => {
  expect(() => encodeTsv([])).toThrow(RangeError);
  expect(() => encodeTsv([issue, revoke])).toThrow(RangeError);
});

test("whatever is sent can be read back as it was meant", () => {
  const words = fc.oneof(
    fc.string({ unit: "binary", maxLength: 70 }),
    fc.string({ unit: fc.constantFrom(..."国立花子ー～∥①髙ｶﾞ\\\"'a "), maxLength: 70 }),
  );
  const cn = fc.string({ unit: fc.constantFrom(..."aZ0 '(),-./:=@_OUCN"), maxLength: 70 });
  const dn = cn.map((value) => named({ CN: value.replace(/[,=]/g, "\\$&") }));
  fc.assert(
    fc.property(dn, words, words, fc.boolean(), (name, one, other, revoking) => {
      const holder = { ...issue.holder, name: one, affiliation: other };
      const request = { ...(revoking ? revoke : issue), dn: name, holder, comment: one };
      if (faultsOf(request).length > 0) {
        expect(() => encodeTsv([request])).toThrow(RangeError);
        return;
      }
      const text = decoded(encodeTsv([request]));
      expect(text).toBe(`${columnsOf(request).join("\t")}\r\n`);
      expect(text.match(/[\t\r\n]/g)).toHaveLength(16);
      expect(splitServiceDn(text.split("\t")[0] as string)).toEqual(parseName(name));
    }),
    { numRuns: 1000 },
  );
});
