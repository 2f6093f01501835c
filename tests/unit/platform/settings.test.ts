import { describe, expect, test } from "vitest";
import en from "@/messages/en.json";
import ja from "@/messages/ja.json";
import { textOf } from "@/tests/support/sources.ts";

/** As `server/env.ts` and what it takes from `server/env/` have them. */
const settings = [
  "server/env.ts",
  "server/env/registration.ts",
  "server/env/keys.ts",
  "server/env/ca.ts",
  "server/env/upki.ts",
  "server/env/audit.ts",
  "server/env/watching.ts",
].flatMap((path) => [...textOf(path).matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name ?? ""));

/** `ORGANIZATION_NAME_JA`, `_EN` stands for two. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  let last = "";
  for (const [, name = ""] of text.matchAll(/`(_?[A-Z][A-Z0-9_]+)`/g)) {
    last = name.startsWith("_") ? last.slice(0, last.lastIndexOf("_")) + name : name;
    names.add(last);
  }
  return names;
}

const example = textOf(".env.example");
/** Said beside the setting they belong to. */
const inPassing = ["DEMO_FEDERATION", "RESEND_BASE_URL"];

test("there are settings to look for", () => {
  expect(settings.length).toBeGreaterThan(30);
  expect(settings).toContain("SAML_ENTITY_ID");
});

describe("each setting is explained", () => {
  test.each(settings)("%s, in .env.example", (name) => {
    expect(example).toMatch(new RegExp(`^#?${name}=`, "m"));
  });

  // The guide to NII's service has a table of its own.
  const told = namesIn(textOf("README.md") + textOf("server/ca/upki/README.md"));
  test.each(settings.filter((name) => !inPassing.includes(name)))("%s, in README.md", (name) => {
    expect([...told]).toContain(name);
  });
});

test("and what is explained is a setting", () => {
  // The last are read by the clouds' own libraries.
  const beyond = ["PORT", "HOST", "AWS_REGION", "AWS_ENDPOINT_URL_KMS", "GOOGLE_APPLICATION_CREDENTIALS"];
  const names = [...example.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name ?? "");
  expect(names.filter((name) => !settings.includes(name) && !beyond.includes(name))).toEqual([]);
});

describe("the guide to registering", () => {
  const guide = textOf("server/federation/README.md");

  test("names settings that there are", () => {
    const names = [...namesIn(guide)].filter((name) => name.includes("_") && !name.startsWith("_"));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !settings.includes(name))).toEqual([]);
  });

  test("names reasons for a refusal that there are", () => {
    const table = guide.slice(
      guide.indexOf("| what is said |"),
      guide.indexOf("An error page of the IdP itself"),
    );
    const codes = [...table.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code ?? "");
    expect(codes.length).toBeGreaterThan(10);
    const known = textOf("server/federation/refusal.ts");
    expect(codes.filter((code) => !known.includes(`"${code}"`))).toEqual([]);
  });

  test("names the attributes that the metadata request, and no other", () => {
    const rows = [...guide.matchAll(/^\| `(\w+)` \| [\d.]+ \| (yes)? ?\|/gm)].map(([, name, yes]) => [
      name,
      yes === "yes",
    ]);
    const requested = textOf("server/federation/service/metadata.ts").matchAll(
      /^ {2}\["\w+", "(\w+)", (true|false)\],$/gm,
    );
    const wanted = [...requested].map(([, name, required]) => [name, required === "true"]);
    expect(wanted.length).toBeGreaterThan(5);
    expect(rows.sort()).toEqual(wanted.sort());
  });

  test("has the filter of a Shibboleth IdP release all of them", () => {
    const inTable = [...guide.matchAll(/^\| `(\w+)` \| 1?[\d.]+ \|/gm)].map(([, name]) => name);
    const released = [...guide.matchAll(/attributeID="(\w+)"/g)].map(([, name]) => name);
    expect(inTable.length).toBeGreaterThan(5);
    expect(released.sort()).toEqual(inTable.sort());
  });

  test("calls pages what they are called", () => {
    const called = [...guide.matchAll(/(\p{Lo}+) \/ “([^”]+)”/gu)].map(([, first, second]) => [
      first,
      second,
    ]);
    expect(called.length).toBeGreaterThan(4);
    const titles = [
      [ja.Site.operators, en.Site.operators],
      [ja.Admin.logins.title, en.Admin.logins.title],
      [ja.Admin.institutions.title, en.Admin.institutions.title],
      [ja.Doctor.title, en.Doctor.title],
    ];
    for (const pair of called) expect(titles).toContainEqual(pair);
  });
});
