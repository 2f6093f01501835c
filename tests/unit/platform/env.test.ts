import { describe, expect, test } from "vitest";
import { readEnv, SettingsError } from "@/server/env.ts";
import { makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";

const sealingKey = Buffer.alloc(32, 7).toString("base64");

const signer = pemOf((await makeKeyPair("signer.example.ac.jp", new Date())).certificate, "CERTIFICATE");

const atHome = {
  DATABASE_URL: "postgresql://localhost/portal",
  BASE_URL: "http://localhost:3000",
  AUTH_SECRET: "x".repeat(40),
  SEALING_KEY: sealingKey,
  DEMO_FEDERATION: "true",
};

const inProduction = {
  ...atHome,
  BASE_URL: "https://portal.example.ac.jp",
  DEMO_FEDERATION: undefined,
  FEDERATION_METADATA_URL: "https://metadata.example.ac.jp/all.xml",
  FEDERATION_SIGNING_CERT: signer,
  INNGEST_EVENT_KEY: "event",
  INNGEST_SIGNING_KEY: "signkey-prod-00",
  RESEND_API_KEY: "re_000",
  MAIL_FROM: "portal@example.ac.jp",
};

const byMdq = {
  ...inProduction,
  FEDERATION_METADATA_URL: undefined,
  FEDERATION_MDQ_URL: "https://mdq.example.ac.jp/",
  DISCOVERY_SERVICE_URL: "https://ds.example.ac.jp/WAYF",
};

function problemsOf(source: Record<string, string | undefined>): readonly string[] {
  try {
    readEnv(source);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

describe("settings that can be worked with", () => {
  test("at home", () => {
    const env = readEnv(atHome);
    expect(env).toMatchObject({
      DEMO_FEDERATION: true,
      DATA_DIR: ".data",
      CLIENT_CERTIFICATE_LIMIT: 10,
      CA_BACKEND: "local",
      CA_ROOT: "built-in",
    });
  });

  test("in production", () => {
    expect(readEnv(inProduction).DEMO_FEDERATION).toBe(false);
  });

  test("in production with metadata one institution at a time", () => {
    const env = readEnv(byMdq);
    expect(env.FEDERATION_MDQ_URL).toBe("https://mdq.example.ac.jp");
    expect(env.FEDERATION_MAX_VALIDITY).toBe(15);
  });

  test("in production with SMTP and the workflows inside", () => {
    const { RESEND_API_KEY, INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY, ...rest } = inProduction;
    expect(
      readEnv({ ...rest, SMTP_URL: "smtps://user:secret@mail.example.ac.jp:465" }).SMTP_URL,
    ).toBeDefined();
  });

  test("with the federation's own choice of institution", () => {
    for (const DISCOVERY_SERVICE_URL of [
      "https://ds.example.ac.jp/WAYF?lang=ja",
      "http://localhost:4000/ds",
      "http://127.0.0.1:4000/ds",
    ])
      expect(readEnv({ ...inProduction, DISCOVERY_SERVICE_URL })).toMatchObject({ DISCOVERY_SERVICE_URL });
  });

  test("at Vercel, where BASE_URL is known", () => {
    const source = {
      ...inProduction,
      BASE_URL: "",
      VERCEL: "1",
      VERCEL_PROJECT_PRODUCTION_URL: "portal.example.ac.jp",
    };
    expect(readEnv(source).BASE_URL).toBe("https://portal.example.ac.jp");
  });

  test.each([
    ["an empty value counts as unset", { ...atHome, SMTP_URL: "", LOG_LEVEL: " " }],
    ["letters and a port that say the same", { ...atHome, BASE_URL: "HTTP://LocalHost:03000/" }],
    ["slashes at the end of BASE_URL do not matter", { ...atHome, BASE_URL: "http://localhost:3000//" }],
    ["an entityID that is a URN", { ...atHome, SAML_ENTITY_ID: "urn:mace:example.ac.jp:portal" }],
    ["a contact with a name", { ...atHome, TECHNICAL_CONTACT: "学術基盤課 <portal@example.ac.jp>" }],
    ["a contact without one", { ...atHome, SECURITY_CONTACT: "csirt@example.ac.jp" }],
    ["a sender with a Japanese name", { ...atHome, MAIL_FROM: "証明書ポータル <portal@example.ac.jp>" }],
  ])("%s", (_, source) => {
    expect(problemsOf(source)).toEqual([]);
    expect(readEnv(source).BASE_URL).toBe("http://localhost:3000");
  });
});

describe("a setting that cannot be worked with is named, with what to do", () => {
  test.each([
    ["DATABASE_URL", undefined, /^DATABASE_URL is missing: set it to the postgresql:/],
    ["DATABASE_URL", "mysql://localhost/portal", /^DATABASE_URL is not right: /],
    ["BASE_URL", undefined, /^BASE_URL is missing: /],
    ["BASE_URL", "portal.example.ac.jp", /^BASE_URL is not right: /],
    ["AUTH_SECRET", undefined, /^AUTH_SECRET is missing: set it to at least 32/],
    ["AUTH_SECRET", "short", /^AUTH_SECRET is not right: /],
    ["SEALING_KEY", undefined, /^SEALING_KEY is missing: set it to 32 random octets/],
    ["SEALING_KEY", Buffer.alloc(31).toString("base64"), /^SEALING_KEY is not right: /],
    ["SEALING_KEY", Buffer.alloc(33).toString("base64"), /^SEALING_KEY is not right: /],
    ["SEALING_KEY", Buffer.alloc(32).toString("hex"), /^SEALING_KEY is not right: /],
    ["ACCEPT_REFEDS_MFA", "yes", /^ACCEPT_REFEDS_MFA is not right: set it to true or false/],
    ["DEMO_FEDERATION", "yes", /^DEMO_FEDERATION is not right: set it to true or false/],
    ["INNGEST_BASE_URL", "localhost", /^INNGEST_BASE_URL is not right: /],
    ["SMTP_URL", "https://mail.example.ac.jp", /^SMTP_URL is not right: set it to smtp:/],
    ["MAIL_FROM", "portal", /^MAIL_FROM is not right: /],
    ["MAIL_FROM", "portal@example.ac.jp\r\nBcc: all@example.ac.jp", /^MAIL_FROM is not right: /],
    ["CLIENT_CERTIFICATE_LIMIT", "0", /^CLIENT_CERTIFICATE_LIMIT is not right: /],
    ["CLIENT_CERTIFICATE_LIMIT", "ten", /^CLIENT_CERTIFICATE_LIMIT is not right: /],
    ["CA_BACKEND", "other", /^CA_BACKEND is not right: /],
    ["CA_ROOT", "elsewhere", /^CA_ROOT is not right: /],
    ["PKI_URL", "pki.example.ac.jp", /^PKI_URL is not right: /],
    ["PKI_URL", "http://pki.example.ac.jp/portal", /^PKI_URL is not right: /],
    ["PKI_URL", "ldap://pki.example.ac.jp", /^PKI_URL is not right: /],
    ["CA_POLICY_OID", "policy", /^CA_POLICY_OID is not right: /],
    ["LOG_LEVEL", "loud", /^LOG_LEVEL is not right: /],
    [
      "DISCOVERY_SERVICE_URL",
      "http://ds.example.ac.jp/WAYF",
      /^DISCOVERY_SERVICE_URL is not right: set it to /,
    ],
    ["DISCOVERY_SERVICE_URL", "ds.example.ac.jp", /^DISCOVERY_SERVICE_URL is not right: /],
    ["DISCOVERY_SERVICE_URL", "https://ds.example.ac.jp/#x", /^DISCOVERY_SERVICE_URL is not right: /],
    ["FEDERATION_MDQ_URL", "file:///srv/mdq", /^FEDERATION_MDQ_URL is not right: set it to the https:/],
    ["FEDERATION_MAX_VALIDITY", "0", /^FEDERATION_MAX_VALIDITY is not right: /],
    ["FEDERATION_MAX_VALIDITY", "1.5", /^FEDERATION_MAX_VALIDITY is not right: /],
    ["FEDERATION_MAX_VALIDITY", "two weeks", /^FEDERATION_MAX_VALIDITY is not right: /],
    ["FEDERATION_MAX_VALIDITY", "91", /^FEDERATION_MAX_VALIDITY is not right: /],
    [
      "FEDERATION_SIGNING_CERT",
      "package.json",
      /^FEDERATION_SIGNING_CERT is not right: the file package.json /,
    ],
    ["FEDERATION_SIGNING_CERT", ",", /^FEDERATION_SIGNING_CERT is not right: no file is named; set it to /],
    [
      "FEDERATION_SIGNING_CERT",
      "/no/such.pem",
      /^FEDERATION_SIGNING_CERT is not right: the file \/no\/such.pem /,
    ],
    [
      "FEDERATION_SIGNING_CERT",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      /^FEDERATION_SIGNING_CERT is not right: its text holds no certificate that can be read; set it to /,
    ],
    [
      "FEDERATION_SIGNING_CERT",
      `${signer}${signer.replace("MII", "MIX")}`,
      /^FEDERATION_SIGNING_CERT is not right: its text /,
    ],
    ["SAML_ENTITY_ID", "http://portal.example.ac.jp", /^SAML_ENTITY_ID is not right: set it to the https:/],
    ["SAML_ENTITY_ID", "https://portal.example.ac.jp/#sp", /^SAML_ENTITY_ID is not right: /],
    ["SAML_ENTITY_ID", "portal.example.ac.jp", /^SAML_ENTITY_ID is not right: /],
    ["SAML_ENTITY_ID", "urn:mace:", /^SAML_ENTITY_ID is not right: /],
    ["SAML_ENTITY_ID", `urn:mace:${"x".repeat(1020)}`, /^SAML_ENTITY_ID is not right: /],
    ["TECHNICAL_CONTACT", "the help desk", /^TECHNICAL_CONTACT is not right: set it to the mail address/],
    ["ADMINISTRATIVE_CONTACT", "Office <office>", /^ADMINISTRATIVE_CONTACT is not right: /],
    ["SECURITY_CONTACT", "a@example.ac.jp, b@example.ac.jp", /^SECURITY_CONTACT is not right: /],
    ["PRIVACY_STATEMENT_URL", "http://example.ac.jp/privacy", /^PRIVACY_STATEMENT_URL is not right: /],
  ])("%s = %s", (name, value, sentence) => {
    const problems = problemsOf({ ...atHome, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
    expect(problems[0]).toMatch(/\.$/);
  });

  test("all of them at once", () => {
    expect(problemsOf({}).map((problem) => problem.split(" ")[0])).toEqual([
      "DATABASE_URL",
      "BASE_URL",
      "AUTH_SECRET",
      "SEALING_KEY",
    ]);
  });

  test("without telling what it holds", () => {
    const secret = "hunter2";
    const names = [
      "DATABASE_URL",
      "BASE_URL",
      "AUTH_SECRET",
      "SEALING_KEY",
      "SMTP_URL",
      "MAIL_FROM",
      "CA_BACKEND",
      "LOG_LEVEL",
    ];
    const problems = problemsOf(Object.fromEntries(names.map((name) => [name, secret])));
    expect(problems).toHaveLength(names.length);
    expect(problems.join("\n")).not.toContain(secret);
  });
});

describe("settings that do not go together", () => {
  test.each([
    [
      "an organisation's name without its page",
      { ...atHome, ORGANIZATION_NAME_JA: "国立例大学" },
      /^ORGANIZATION_URL_JA is missing: ORGANIZATION_NAME_JA needs it/,
    ],
    [
      "an organisation's page without its name",
      { ...atHome, ORGANIZATION_URL_EN: "https://www.example.ac.jp/en/" },
      /^ORGANIZATION_NAME_EN is missing: ORGANIZATION_URL_EN needs it/,
    ],
    [
      "plain HTTP away from home",
      { ...inProduction, BASE_URL: "http://portal.example.ac.jp" },
      /^BASE_URL must begin with https/,
    ],
    ["a query", { ...inProduction, BASE_URL: "https://example.ac.jp/?x" }, /^BASE_URL must have no path/],
    [
      "a name in the URL",
      { ...inProduction, BASE_URL: "https://me@example.ac.jp" },
      /^BASE_URL must have no/,
    ],
    ["a path", { ...inProduction, BASE_URL: "https://example.ac.jp/portal" }, /^BASE_URL must have no path/],
    [
      "both kinds of metadata",
      { ...byMdq, FEDERATION_METADATA_URL: "https://metadata.example.ac.jp/all.xml" },
      /^FEDERATION_METADATA_URL and FEDERATION_MDQ_URL exclude each other/,
    ],
    [
      "the demo beside a query service",
      { ...byMdq, BASE_URL: "http://localhost:3000", DEMO_FEDERATION: "true" },
      /^DEMO_FEDERATION and FEDERATION_MDQ_URL exclude each other/,
    ],
    [
      "metadata behind a password",
      { ...inProduction, FEDERATION_METADATA_URL: "https://portal:secret@metadata.example.ac.jp/all.xml" },
      /^FEDERATION_METADATA_URL must hold no user name and password/,
    ],
    [
      "a query service without a signer",
      { ...byMdq, FEDERATION_SIGNING_CERT: undefined },
      /^FEDERATION_SIGNING_CERT is missing/,
    ],
    [
      "a query service and nowhere to choose an institution",
      { ...byMdq, DISCOVERY_SERVICE_URL: undefined },
      /^DISCOVERY_SERVICE_URL is missing: a metadata query service gives no list/,
    ],
    ["no federation at all", { ...atHome, DEMO_FEDERATION: "false" }, /^FEDERATION_METADATA_URL is missing/],
    [
      "the demo away from home",
      { ...inProduction, FEDERATION_METADATA_URL: undefined, DEMO_FEDERATION: "true" },
      /^DEMO_FEDERATION must not be on unless BASE_URL is localhost/,
    ],
    [
      "the demo at Vercel",
      {
        ...inProduction,
        BASE_URL: "http://localhost:3000",
        FEDERATION_METADATA_URL: undefined,
        DEMO_FEDERATION: "true",
        VERCEL: "1",
      },
      /^DEMO_FEDERATION must not be on at Vercel/,
    ],
    [
      "the demo beside a federation",
      { ...inProduction, BASE_URL: "http://localhost:3000", DEMO_FEDERATION: "true" },
      /exclude each other/,
    ],
    [
      "metadata without their signer",
      { ...inProduction, FEDERATION_SIGNING_CERT: undefined },
      /^FEDERATION_SIGNING_CERT is missing/,
    ],
    [
      "half of Inngest's keys",
      { ...inProduction, INNGEST_EVENT_KEY: undefined },
      /^INNGEST_EVENT_KEY is missing/,
    ],
    [
      "the other half",
      { ...inProduction, INNGEST_SIGNING_KEY: undefined },
      /^INNGEST_SIGNING_KEY is missing/,
    ],
    [
      "an Inngest server without keys",
      { ...atHome, INNGEST_BASE_URL: "https://inngest.example.ac.jp" },
      /^INNGEST_BASE_URL needs/,
    ],
    [
      "no Inngest at Vercel",
      { ...inProduction, VERCEL: "1", INNGEST_EVENT_KEY: "", INNGEST_SIGNING_KEY: "" },
      /at Vercel nothing runs/,
    ],
    ["Inngest's open door", { ...atHome, INNGEST_DEV: "1" }, /^INNGEST_DEV must not be set/],
    [
      "two ways for mail",
      { ...inProduction, SMTP_URL: "smtp://mail.example.ac.jp" },
      /^RESEND_API_KEY and SMTP_URL exclude/,
    ],
    [
      "no way for mail at Vercel",
      { ...inProduction, VERCEL: "1", RESEND_API_KEY: undefined },
      /^RESEND_API_KEY or SMTP_URL is missing/,
    ],
    ["mail without a sender", { ...inProduction, MAIL_FROM: undefined }, /^MAIL_FROM is missing/],
  ])("%s", (_, source, sentence) => {
    expect(problemsOf(source)).toContainEqual(expect.stringMatching(sentence));
  });
});
