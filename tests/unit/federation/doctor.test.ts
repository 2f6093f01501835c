import { createTranslator } from "use-intl/core";
import { describe, expect, test } from "vitest";
import { letterOf } from "@/app/[locale]/login/attributes/letter.ts";
import { wayOf } from "@/app/[locale]/login/attributes/way.ts";
import { mailto } from "@/app/[locale]/login/mailto.ts";
import en from "@/messages/en.json";
import ja from "@/messages/ja.json";
import { contactIn, filledIn } from "@/server/federation/login/help.ts";
import type { AttributeName, Fault, Reading } from "@/server/federation/people/attributes.ts";
import {
  type Examination,
  type Standing,
  standingsOf,
  type Use,
  type Wanted,
} from "@/server/federation/people/doctor.ts";
import type { LoginCode } from "@/server/federation/refusal.ts";
import { portalNames } from "@/server/federation/service/metadata.ts";

type Released = Partial<Record<AttributeName, string | { fault: Fault }>>;

/** `value@` kept, or dropped for a reason. */
function reading(released: Released): Reading {
  return {
    attributes: Object.entries(released).map(([name, value]) => ({
      name: name as AttributeName,
      values: [typeof value === "string" ? { value, fault: null } : { value: "secret value", ...value }],
    })),
    unknown: [],
  };
}

const bad = { fault: "foreign_scope" } as const;
const nothing: Wanted = { aal2: false, ial2: false };
const all: Wanted = { aal2: true, ial2: true };

describe("what is missing for which function", () => {
  const cases: [string, Released, Use, Standing["state"], Wanted?, boolean?][] = [
    ["a unique ID is enough to log in", { uniqueId: "u" }, "login", "good"],
    ["a targeted ID is enough to log in", { targetedId: "t" }, "login", "good"],
    ["ePPN alone does, with a word of caution", { eppn: "e" }, "login", "weak"],
    ["ePPN beside a unique ID of a foreign scope too", { eppn: "e", uniqueId: bad }, "login", "weak"],
    ["no identifier at all", { displayName: "Hanako" }, "login", "missing"],
    ["only identifiers of a foreign scope", { eppn: bad }, "login", "faulty"],
    ["displayName is the certificate's name", { displayName: "Hanako" }, "name", "good"],
    ["so are its parts", { givenName: "Hanako", sn: "Kokuritsu" }, "name", "good"],
    ["one of its parts is none", { sn: "Kokuritsu" }, "name", "missing"],
    ["a name that cannot be read is none", { displayName: { fault: "unreadable" } }, "name", "faulty"],
    ["an address", { mail: "h@a.example.ac.jp" }, "mail", "good"],
    ["no address", {}, "mail", "missing"],
    ["no address, no S/MIME", {}, "smime", "missing"],
    ["something that is no address", { mail: { fault: "not_an_address" } }, "smime", "faulty"],
    ["a strong login", {}, "aal2", "good", all, true],
    ["an ordinary login, where strength is asked for before some deeds", {}, "aal2", "weak", all],
    ["an ordinary login, where it is never asked for", {}, "aal2", "unasked"],
    ["a proven identity", { assurance: "https://www.gakunin.jp/profile/IAL2" }, "ial2", "good", all],
    [
      "another assurance than is asked for",
      { assurance: "https://refeds.org/assurance/IAP/low" },
      "ial2",
      "faulty",
      all,
    ],
    ["no assurance where it is asked for", {}, "ial2", "missing", all],
    ["no assurance where it is not", {}, "ial2", "unasked"],
  ];
  test.each(cases)("%s", (_, released, use, state, wanted = nothing, isStrong = false) => {
    const standing = standingsOf(reading(released), isStrong, wanted).find((one) => one.use === use);
    expect(standing?.state).toBe(state);
  });
});

describe("the text for the institution's contact", () => {
  const words = {
    ja: createTranslator({ locale: "ja", messages: ja, namespace: "Doctor" }),
    en: createTranslator({ locale: "en", messages: en, namespace: "Doctor" }),
  };
  const letter = (released: Released, reference: string | null = "ABCD2345", wanted = nothing) => {
    const read = reading(released);
    const examination = {
      at: new Date("2026-11-22T03:00:00Z"),
      entityId: "https://idp.a.example.ac.jp/idp/shibboleth",
      service: "https://portal.example.ac.jp/api/saml/metadata",
      reference,
      attributes: read.attributes,
      standings: standingsOf(read, false, wanted),
    } as unknown as Examination;
    return letterOf(examination, words.ja as never, words.en as never);
  };

  test("names in both languages what is missing and why, who both sides are, when, and the number", () => {
    const text = letter({ eppn: bad, displayName: "Hanako", mail: "h@a.example.ac.jp" })?.text ?? "";
    for (const part of [
      "次の用途に使えませんでした: ログイン",
      "This concerns: Logging in",
      "eduPersonUniqueId (urn:oid:1.3.6.1.4.1.5923.1.1.1.13)",
      "- eduPersonPrincipalName (urn:oid:1.3.6.1.4.1.5923.1.1.1.6)\n  「@」の後ろの部分",
      "is not registered in GakuNin",
      "https://idp.a.example.ac.jp/idp/shibboleth",
      "https://portal.example.ac.jp/api/saml/metadata",
      "2026-11-22T03:00:00.000Z",
      "ABCD2345",
    ])
      expect(text).toContain(part);
  });

  test("never holds a value, good or bad", () => {
    const text = JSON.stringify(letter({ eppn: bad, displayName: "Hanako", mail: { fault: "not_ascii" } }));
    for (const value of ["secret value", "Hanako"]) expect(text).not.toContain(value);
  });

  test("names an attribute once, though two functions want it", () => {
    const text = letter({ uniqueId: "u", displayName: "Hanako" }, null)?.text ?? "";
    expect(text.match(/urn:oid:0\.9\.2342/g)).toHaveLength(1);
    expect(text).toContain("証明書の申請と通知メール、S/MIME証明書");
    expect(text).not.toContain("照会番号");
  });

  test("says which value an identity proof is stated by, for a name alone does not tell", () => {
    const complete = { uniqueId: "u", displayName: "Hanako", mail: "h@a.example.ac.jp" };
    for (const assurance of [{}, { assurance: "https://www.gakunin.jp/profile/IAL1" }]) {
      const text = letter({ ...complete, ...assurance }, null, all)?.text ?? "";
      expect(text).toContain("eduPersonAssurance (urn:oid:1.3.6.1.4.1.5923.1.1.1.11)");
      expect(text).toContain("必要な値 / value needed: https://www.gakunin.jp/profile/IAL2");
    }
  });

  test.each([
    ["ja", ja],
    ["en", en],
  ] as const)("calls the portal what the federation's register calls it (%s)", (language, texts) => {
    for (const text of [texts.Doctor.letter.service, texts.LoginError.mailBody, texts.DemoIdp.service])
      expect(text).toContain(portalNames[language]);
  });

  test("is not there when nothing is missing", () => {
    expect(letter({ uniqueId: "u", displayName: "Hanako", mail: "h@a.example.ac.jp" })).toBeNull();
  });

  test("fits a mail program: in full, or in brief, or cut", () => {
    const to = "gakunin@a.example.ac.jp";
    const bodyOf = (href: string) => new URL(href).searchParams.get("body");
    expect(bodyOf(mailto(to, "s", ["in full\nand more", "brief"]))).toBe("in full\r\nand more");
    expect(bodyOf(mailto(to, "s", ["長".repeat(300), "brief"]))).toBe("brief");
    const cut = mailto(to, "s", ["長".repeat(300)]);
    expect(cut.length).toBeLessThanOrEqual(1900);
    expect(bodyOf(cut)).toMatch(/^長{100,}$/);
  });

  test("cannot add a recipient or a header to the mail", () => {
    expect(mailto("a@b.jp?bcc=c@d.jp", "s&bcc=x", ["b&cc=y"])).toBe(
      "mailto:a@b.jp%3Fbcc%3Dc@d.jp?subject=s%26bcc%3Dx&body=b%26cc%3Dy",
    );
  });
});

describe("how one logged in", () => {
  const classes = "urn:oasis:names:tc:SAML:2.0:ac:classes";
  test.each([
    [`${classes}:Password`, "password"],
    [`${classes}:PasswordProtectedTransport`, "password"],
    [`${classes}:TLSClient`, "certificate"],
    [`${classes}:X509`, "certificate"],
    [`${classes}:unspecified`, "unspecified"],
    ["https://www.gakunin.jp/profile/AAL2", "aal2"],
    ["https://refeds.org/profile/mfa", "refedsMfa"],
    ["https://idp.example.ac.jp/of-its-own", null],
    [null, null],
  ])("%s is told as %s", (context, expected) => {
    expect(wayOf(context)).toBe(expected);
  });
});

describe("whom to ask at an institution", () => {
  const [support, technical] = [
    { type: "support", mail: "help@a.jp" },
    { type: "technical", mail: "idp@a.jp" },
  ];
  test.each([
    ["those who help its people first", [technical, support], support],
    ["its technicians where nobody else is named", [technical], technical],
    [
      "nobody by an address that is none",
      [{ type: "support", mail: "help at a.jp?bcc=x@y" }, technical],
      technical,
    ],
    ["nobody who is there for other things", [{ type: "billing", mail: "money@a.jp" }], null],
    ["nobody where nobody is named", [], null],
  ])("%s", (_, contacts, expected) => {
    expect(contactIn(contacts)).toEqual(expected);
  });
});

describe("an institution's own page about a failed login (REFEDS errorURL)", () => {
  const at = new Date("2026-11-22T03:00:00Z");
  const template =
    "https://a.jp/e?c=ERRORURL_CODE&t=ERRORURL_TS&rp=ERRORURL_RP&id=ERRORURL_TID&x=ERRORURL_CTX&o=ERRORURL_OTHER";
  test.each<[LoginCode, string]>([
    ["no_identifier", "IDENTIFICATION_FAILURE"],
    ["idp_login_failed", "AUTHENTICATION_FAILURE"],
    ["idp_no_context", "AUTHENTICATION_FAILURE"],
    ["step_up_not_strong", "AUTHENTICATION_FAILURE"],
    ["idp_refused", "AUTHORIZATION_FAILURE"],
    ["signature_invalid", "OTHER_ERROR"],
  ])("is told of %s as %s", (code, expected) => {
    const { searchParams } = new URL(
      filledIn(template, { code, at, reference: "ABCD2345" }, "https://sp/m?a&b"),
    );
    expect(Object.fromEntries(searchParams)).toMatchObject({
      c: expected,
      t: "1795316400",
      rp: "https://sp/m?a&b",
      id: "ABCD2345",
      o: "",
    });
    expect(searchParams.get("x")).toBe(
      code === "no_identifier"
        ? "eduPersonUniqueId pairwise-id eduPersonTargetedID eduPersonPrincipalName"
        : "",
    );
  });

  test("is opened as it is where it has no such places", () => {
    expect(filledIn("https://a.jp/help", { code: "expired", at, reference: null }, "sp")).toBe(
      "https://a.jp/help",
    );
  });
});
