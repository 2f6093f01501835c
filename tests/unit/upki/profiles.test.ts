/** The table of profiles, as a setting. */
import { describe, expect, test } from "vitest";
import { readProfiles, termsOf, usualProfiles } from "@/server/ca/upki/profiles.ts";
import { kinds } from "@/server/enrollment/kind.ts";
import { readEnv } from "@/server/env.ts";

test("the usual ones are the terms that members of 2020 know, in their order, the default first", () => {
  const profiles = readProfiles(usualProfiles);
  expect(profiles && termsOf(profiles)).toEqual({ client: kinds.client.months, smime: kinds.smime.months });
  expect(profiles?.client.get(52)).toBe("5");
});

test("today's can be set", () => {
  const profiles = readProfiles(" client:48=5, smime:27=7 ");
  expect(profiles && termsOf(profiles)).toEqual({ client: [48], smime: [27] });
});

describe("what is no table is refused", () => {
  test.each([
    [""],
    ["client:52=5"],
    ["smime:52=7"],
    ["client:52=5,smime:52"],
    ["client:0=5,smime:52=7"],
    ["client:52=5,client:52=6,smime:52=7"],
    ["server:52=5,client:52=5,smime:52=7"],
  ])("%j", (text) => {
    expect(readProfiles(text)).toBeNull();
  });
});

describe("with CA_BACKEND=upki", () => {
  const home = {
    DATABASE_URL: "postgresql://localhost/portal",
    BASE_URL: "http://localhost:3000",
    AUTH_SECRET: "a".repeat(32),
    SEALING_KEY: Buffer.alloc(32).toString("base64"),
    DEMO_FEDERATION: "true",
  };
  const problems = (settings: Record<string, string>) => {
    try {
      readEnv({ ...home, ...settings });
      return [];
    } catch (error) {
      return (error as { problems: string[] }).problems;
    }
  };

  test("what is missing is named, each in a sentence; with the built-in CA nothing is", () => {
    expect(problems({})).toEqual([]);
    const said = problems({ CA_BACKEND: "upki" }).map((sentence) => sentence.split(" ")[0]);
    expect(said).toEqual([
      "UPKI_MAILBOX",
      "UPKI_MAIL_CA",
      "UPKI_MAIL_SENDER",
      "UPKI_PIN_HOSTS",
      "UPKI_SITE_URL",
      "UPKI_CLIENT_P12",
    ]);
    const byHand = problems({ CA_BACKEND: "upki", UPKI_TRANSPORT: "manual" });
    expect(byHand.map((sentence) => sentence.split(" ")[0])).not.toContain("UPKI_SITE_URL");
  });

  test.each([
    ["UPKI_TRANSPORT", "robot"],
    ["UPKI_SITE_URL", "http://site.example.ac.jp"],
    ["UPKI_MAIL_CA", "no certificate"],
    ["UPKI_MAIL_SENDER", "nobody"],
    ["UPKI_MAILBOX", "nobody"],
    ["UPKI_MAIL_SECRET", "short"],
    ["UPKI_IMAP_URL", "pop3://mail.example.ac.jp"],
    ["UPKI_PIN_HOSTS", "https://site.example.ac.jp/"],
    ["UPKI_PROFILES", "client=5"],
    ["UPKI_PROFILES", "client:52=5,client:52=6,smime:52=7"],
    ["UPKI_SETTLING_SECONDS", "0"],
  ])("%s that is not right is said, and not repeated", (name, value) => {
    const [sentence = ""] = problems({ [name]: value });
    expect(sentence).toMatch(new RegExp(`^${name} is not right: `));
    if (name !== "UPKI_MAIL_CA") expect(sentence).not.toContain(`"${value}"`);
  });
});
