import { describe, expect, test } from "vitest";
import { textOf } from "@/tests/support/sources.ts";

/** As `server/env.ts` and what it takes from `server/env/` have them. */
const settings = ["server/env.ts", "server/env/registration.ts"].flatMap((path) =>
  [...textOf(path).matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name ?? ""),
);

/** `ORGANIZATION_NAME_JA`, `_EN` stands for two. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  let last = "";
  for (const [, name = ""] of text.matchAll(/`(_?[A-Z][A-Z_]+)`/g)) {
    last = name.startsWith("_") ? last.slice(0, last.lastIndexOf("_")) + name : name;
    names.add(last);
  }
  return names;
}

const example = textOf(".env.example");
/** Nobody has another to choose from yet, so the README is silent on it. */
const unsaid = ["CA_BACKEND"];
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

  const told = namesIn(textOf("README.md"));
  test.each(settings.filter((name) => !unsaid.includes(name) && !inPassing.includes(name)))(
    "%s, in README.md",
    (name) => {
      expect([...told]).toContain(name);
    },
  );
});

test("and what is explained is a setting", () => {
  const beyond = ["PORT", "HOST"];
  const names = [...example.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name ?? "");
  expect(names.filter((name) => !settings.includes(name) && !beyond.includes(name))).toEqual([]);
});
