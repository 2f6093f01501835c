import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Database } from "@/server/db.ts";
import { sessionCookieName } from "@/server/federation/cookies.ts";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { verifiedSession } from "@/server/federation/login.ts";
import { findProviders, searchProviders } from "@/server/federation/providers.ts";
import { providerIdOf } from "@/server/federation/read-providers.ts";
import { federationReady, refreshFederation } from "@/server/federation/refresh.ts";
import { serviceKeys } from "@/server/federation/service-keys.ts";
import type { Federation } from "@/server/federation/world.ts";
import { log } from "@/server/log.ts";
import { testDatabaseUrl } from "@/tests/support/database.ts";
import { type Door, hiddenFields, PlainBrowser } from "@/tests/support/plain-browser.ts";

const base = "http://localhost:3000";
const a = providerIdOf(demoInstitutions.a.entityId);
const b = providerIdOf(demoInstitutions.b.entityId);

// The log takes its level when it is first imported.
vi.hoisted(() => {
  process.env.LOG_LEVEL = "silent";
});

let doors: Door[];
let world: Federation;
let db: Database;

beforeAll(async () => {
  Object.assign(process.env, {
    DATABASE_URL: await testDatabaseUrl(),
    BASE_URL: base,
    AUTH_SECRET: "a-secret-for-tests-that-is-long-enough",
    SEALING_KEY: Buffer.alloc(32, 7).toString("base64"),
    DEMO_FEDERATION: "true",
  });
  const [start, logout, acs, auth, sso, metadata, { federation }] = await Promise.all([
    import("@/app/login/start/route.ts"),
    import("@/app/logout/route.ts"),
    import("@/app/api/saml/acs/route.ts"),
    import("@/app/api/auth/[...nextauth]/route.ts"),
    import("@/app/demo-idp/[idp]/sso/route.ts"),
    import("@/app/api/saml/metadata/route.ts"),
    import("@/server/federation/world.ts"),
  ]);
  doors = [
    { pattern: /^\/login\/start$/, ...start },
    { pattern: /^\/logout$/, ...logout },
    { pattern: /^\/api\/saml\/acs$/, ...acs },
    { pattern: /^\/api\/saml\/metadata$/, ...metadata },
    { pattern: /^\/api\/auth\/(?<nextauth>.*)$/, ...auth },
    { pattern: /^\/demo-idp\/(?<idp>[^/]+)\/sso$/, ...sso },
  ] as Door[];
  world = federation();
  db = world.db;
  return () => db.$disconnect();
});

const browser = () => new PlainBrowser(base, doors);
const locationOf = (response: Response) => response.headers.get("location") ?? "";
const codeOf = (response: Response) => new URL(locationOf(response)).searchParams.get("code");

/** From the form of the login page to the provider's own page. */
async function choose(who: PlainBrowser, idp = a, to = "/ja/certs/3"): Promise<string> {
  const response = await who.post("/login/start", { idp, to, locale: "ja" });
  expect(response.status).toBe(303);
  return locationOf(response);
}

/** What the provider's page would post to the portal. */
async function answerOf(who: PlainBrowser, ssoUrl: string, user: string, password = "password") {
  const page = await (await who.get(ssoUrl)).text();
  const response = await who.post(ssoUrl, { ...hiddenFields(page), user, password, action: "login" });
  return hiddenFields(await response.text());
}

const arrive = (who: PlainBrowser, fields: Record<string, string>) =>
  who.post("/api/saml/acs", fields, { lax: true });

async function logIn(user: string, idp = a, who = browser()): Promise<PlainBrowser> {
  const back = await arrive(who, await answerOf(who, await choose(who, idp), user));
  const end = await who.get(locationOf(back));
  expect(locationOf(end)).toBe(`${base}/ja/certs/3`);
  return who;
}

const sessionOf = (who: PlainBrowser) => verifiedSession(world, Object.fromEntries(who.cookies));

const memberOf = async (who: PlainBrowser) => {
  const session = await sessionOf(who);
  return session && db.member.findUnique({ where: { id: session.memberId }, include: { institution: true } });
};

describe("a login through a demo institution", () => {
  test("ends where one wanted to go, logged in as oneself", async () => {
    const member = await memberOf(await logIn("hanako"));
    expect(member).toMatchObject({
      displayName: "Hanako Kokuritsu",
      displayNameJa: "国立 花子",
      mails: ["hanako@a.example.ac.jp"],
      eppn: "hanako@a.example.ac.jp",
      institution: {
        nameJa: "デモ大学A",
        nameEn: "Demo University A",
        dnBase: "O=Demo University A,L=Academe,C=JP",
      },
    });
    expect(member?.subject).toMatch(/^uniqueId:[0-9a-f]{32}@a\.example\.ac\.jp$/);
  });

  test("leaves one cookie for the session, which holds no name and no address, and one for the last choice", async () => {
    const who = await logIn("taro");
    expect([...who.cookies.keys()].sort()).toEqual(["last_idps", sessionCookieName(world)].sort());
    expect(decodeURIComponent(who.cookies.get("last_idps") ?? "")).toBe(a);
    expect(await sessionOf(who)).toEqual({ memberId: expect.any(String), institutionId: expect.any(String) });
  });

  test("finds the same member again, with the names and addresses of today", async () => {
    const first = await memberOf(await logIn("hanako"));
    await db.member.update({ where: { id: first?.id ?? "" }, data: { displayName: "Before", mails: [] } });
    const again = await memberOf(await logIn("hanako"));
    expect(again).toMatchObject({
      id: first?.id,
      displayName: "Hanako Kokuritsu",
      mails: ["hanako@a.example.ac.jp"],
    });
  });

  test("of the same user name at two institutions makes two people", async () => {
    const [ichiro, misaki] = [
      await memberOf(await logIn("tanaka", a)),
      await memberOf(await logIn("tanaka", b)),
    ];
    expect([ichiro?.displayNameJa, misaki?.displayNameJa]).toEqual(["田中 一郎", "田中 美咲"]);
    expect(ichiro?.id).not.toBe(misaki?.id);
    expect(ichiro?.institutionId).not.toBe(misaki?.institutionId);
  });

  test("works in two tabs at once, in whichever order they come back", async () => {
    const who = browser();
    const [first, second] = [await choose(who, a, "/ja/certs/1"), await choose(who, b, "/ja/certs/2")];
    const later = await arrive(who, await answerOf(who, second, "tanaka"));
    expect(locationOf(await who.get(locationOf(later)))).toBe(`${base}/ja/certs/2`);
    const earlier = await arrive(who, await answerOf(who, first, "hanako"));
    expect(locationOf(await who.get(locationOf(earlier)))).toBe(`${base}/ja/certs/1`);
    expect((await memberOf(who))?.displayNameJa).toBe("国立 花子");
  });

  test("two at once of somebody new make one member", async () => {
    const both = await Promise.all([logIn("admin"), logIn("admin")]);
    const ids = await Promise.all(both.map(async (who) => (await sessionOf(who))?.memberId));
    expect(new Set(ids).size).toBe(1);
  });

  test("ends with the logout, which a page elsewhere cannot do", async () => {
    const who = await logIn("hanako");
    const foreign = await who.post("/logout", {}, { headers: { "sec-fetch-site": "cross-site" } });
    expect(codeOf(foreign)).toBe("cross_site");
    expect(await sessionOf(who)).not.toBeNull();
    expect(locationOf(await who.post("/logout", {}))).toBe(`${base}/ja`);
    expect(await sessionOf(who)).toBeNull();
  });

  test("lasts eight hours", async () => {
    const who = await logIn("hanako");
    const jar = Object.fromEntries(who.cookies);
    const inTime = (minutes: number) => ({ ...world, now: () => new Date(Date.now() + minutes * 60_000) });
    expect(await verifiedSession(inTime(8 * 60 - 1), jar)).not.toBeNull();
    expect(await verifiedSession(inTime(8 * 60), jar)).toBeNull();
  });
});

describe("the demo institution", () => {
  test("shows its login page in both languages", async () => {
    const who = browser();
    const url = await choose(who);
    expect(await (await who.get(url)).text()).toContain("デモ大学A ログイン");
    expect(await (await who.get(`${url}&lang=en`)).text()).toContain("Demo University A login");
  });

  test("answers a wrong password with 401 and a sentence, and lets one try again", async () => {
    const who = browser();
    const url = await choose(who);
    const fields = hiddenFields(await (await who.get(url)).text());
    const wrong = await who.post(url, { ...fields, user: "hanako", password: "x", action: "login" });
    expect(wrong.status).toBe(401);
    const page = await wrong.text();
    expect(page).toContain("ユーザー名またはパスワードが違います");
    const right = await who.post(url, {
      ...hiddenFields(page),
      user: "hanako",
      password: "password",
      action: "login",
    });
    expect(hiddenFields(await right.text())).toHaveProperty("SAMLResponse");
  });

  test("tells the portal when one gives up", async () => {
    const who = browser();
    const url = await choose(who);
    const fields = hiddenFields(await (await who.get(url)).text());
    const given = await who.post(url, { ...fields, action: "cancel" });
    const back = await arrive(who, hiddenFields(await given.text()));
    expect(codeOf(back)).toBe("idp_login_failed");
  });

  test("does not answer a question that was changed, or that is for the other one", async () => {
    const who = browser();
    const url = await choose(who);
    expect((await who.get(url.replace(/RelayState=[^&]*/, "RelayState=x"))).status).toBe(400);
    expect((await who.get(url.replace("/demo-idp/a/", "/demo-idp/b/"))).status).toBe(400);
    expect((await who.get("/demo-idp/c/sso")).status).toBe(404);
  });
});

describe("there is no login", () => {
  test("from a page elsewhere", async () => {
    const fields = { idp: a, to: "/ja/certs", locale: "en" };
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
      const response = await browser().post("/login/start", fields, { headers });
      expect(locationOf(response)).toMatch(`${base}/en/login/error?code=cross_site&ref=`);
    }
    const old = await browser().post("/login/start", fields, {
      lax: true,
      headers: { origin: "https://stranger.example" },
    });
    expect(codeOf(old)).toBe("cross_site");
    const none = await browser().post("/login/start", fields, { lax: true });
    expect(codeOf(none)).toBe("cross_site");
  });

  test("at an institution that the federation does not know", async () => {
    const response = await browser().post("/login/start", { idp: "0".repeat(64), to: "", locale: "ja" });
    expect(codeOf(response)).toBe("idp_unknown");
  });

  test("with an answer that was used: not again, and not twice at once", async () => {
    const who = browser();
    const fields = await answerOf(who, await choose(who), "hanako");
    const [one, two] = await Promise.all([arrive(who, fields), arrive(who, fields)]);
    expect([codeOf(one), codeOf(two)].filter((code) => code === "request_unknown")).toHaveLength(1);
    expect(codeOf(await arrive(who, fields))).toBe("request_unknown");
  });

  test("with an answer to another login of one's own", async () => {
    const who = browser();
    const [first, second] = [await choose(who), await choose(who)];
    const { SAMLResponse = "" } = await answerOf(who, first, "hanako");
    const { RelayState = "" } = await answerOf(who, second, "hanako");
    expect(codeOf(await arrive(who, { SAMLResponse, RelayState }))).toBe("in_response_to_mismatch");
  });

  test("with the answer of another institution than was asked", async () => {
    const who = browser();
    const [first, second] = [await choose(who, a), await choose(who, b)];
    const { RelayState = "" } = await answerOf(who, first, "tanaka");
    const { SAMLResponse = "" } = await answerOf(who, second, "tanaka");
    expect(codeOf(await arrive(who, { SAMLResponse, RelayState }))).toBe("signature_invalid");
  });

  test("with a changed answer; and that uses up nothing but the login it came for", async () => {
    const who = browser();
    const fields = await answerOf(who, await choose(who), "hanako");
    const xml = Buffer.from(fields.SAMLResponse ?? "", "base64").toString("utf8");
    const changed = Buffer.from(xml.replace(/Destination="[^"]*/, 'Destination="https://x')).toString(
      "base64",
    );
    const seen = await db.seenAssertion.count();
    expect(codeOf(await arrive(who, { ...fields, SAMLResponse: changed }))).toBe("signature_invalid");
    expect(await db.seenAssertion.count()).toBe(seen);
  });

  test("without an answer, with one nobody asked for, with one too large", async () => {
    expect(codeOf(await arrive(browser(), {}))).toBe("response_missing");
    expect(codeOf(await arrive(browser(), { SAMLResponse: "AAAA" }))).toBe("request_unknown");
    expect(codeOf(await arrive(browser(), { SAMLResponse: "AAAA", RelayState: "x" }))).toBe(
      "request_unknown",
    );
    expect(codeOf(await arrive(browser(), { SAMLResponse: "A".repeat(140_000), RelayState: "x" }))).toBe(
      "response_too_large",
    );
  });

  test("in another browser than the one that began", async () => {
    const who = browser();
    const back = await arrive(who, await answerOf(who, await choose(who), "hanako"));
    const victim = browser();
    expect(codeOf(await victim.get(locationOf(back)))).toBe("other_browser");
    expect(await sessionOf(victim)).toBeNull();
  });

  test("with a code that was used", async () => {
    const who = browser();
    const back = await arrive(who, await answerOf(who, await choose(who), "hanako"));
    const before = new Map(who.cookies);
    await who.get(locationOf(back));
    const copy = browser();
    for (const [name, value] of before) copy.cookies.set(name, value);
    expect(codeOf(await copy.get(locationOf(back)))).toBe("code_refused");
    expect(await sessionOf(copy)).toBeNull();
  });

  test("with a code twice at once: one session, one refusal", async () => {
    const who = browser();
    const back = await arrive(who, await answerOf(who, await choose(who), "hanako"));
    const twins = [browser(), browser()];
    for (const twin of twins) for (const [name, value] of who.cookies) twin.cookies.set(name, value);
    const ends = await Promise.all(twins.map((twin) => twin.get(locationOf(back))));
    expect(ends.map(codeOf).filter((code) => code === "code_refused")).toHaveLength(1);
  });

  test("when it took too long", async () => {
    const who = browser();
    const fields = await answerOf(who, await choose(who), "hanako");
    await db.loginRequest.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
    expect(codeOf(await arrive(who, fields))).toBe("request_expired");
  });

  test("and the page that says why is in the language the login was begun in", async () => {
    const who = browser();
    const started = await who.post("/login/start", { idp: a, to: "", locale: "en" });
    const fields = await answerOf(who, locationOf(started), "hanako");
    const refused = await arrive(who, { ...fields, SAMLResponse: "AAAA" });
    expect(locationOf(refused)).toMatch(
      new RegExp(`^${base}/en/login/error\\?code=\\w+&ref=[0-9A-Z]{8}&idp=${a}$`),
    );
  });

  test("a session forged, or of a member who is gone, is none", async () => {
    const name = sessionCookieName(world);
    expect(await verifiedSession(world, { [name]: "eyJhbGciOiJub25lIn0.e30." })).toBeNull();
    expect(
      await verifiedSession(
        { ...world, secret: "another-secret-of-thirty-two-chars" },
        Object.fromEntries((await logIn("taro")).cookies),
      ),
    ).toBeNull();
  });
});

describe("the log", () => {
  test("has one line a login: with names of attributes, without their values", async () => {
    const lines = vi.spyOn(log, "info");
    await logIn("taro");
    const logins = lines.mock.calls.map(([facts]) => facts as object).filter((facts) => "event" in facts);
    expect(logins).toEqual([
      expect.objectContaining({
        event: "login",
        entityId: demoInstitutions.a.entityId,
        identifiedBy: "uniqueId",
      }),
    ]);
    const text = JSON.stringify(logins);
    expect(text).toContain('"eppn"');
    for (const value of ["taro", "学認", "@"]) expect(text).not.toContain(value);
    lines.mockRestore();
  });

  test("has the number that the reader sees, what was expected and what was found", async () => {
    const lines = vi.spyOn(log, "warn");
    const who = browser();
    const [first, second] = [await choose(who), await choose(who)];
    const { SAMLResponse = "" } = await answerOf(who, first, "hanako");
    const { RelayState = "" } = await answerOf(who, second, "hanako");
    const page = new URL(locationOf(await arrive(who, { SAMLResponse, RelayState }))).searchParams;
    expect(lines.mock.calls.map(([facts]) => facts)).toEqual([
      {
        event: "login_refused",
        reference: page.get("ref"),
        code: "in_response_to_mismatch",
        step: "answer",
        entityId: demoInstitutions.a.entityId,
        expected: expect.stringMatching(/^_/),
        actual: expect.stringMatching(/^_/),
      },
    ]);
    lines.mockRestore();
  });
});

describe("the federation", () => {
  test("is searched in both languages, by keyword and by domain", async () => {
    const names = async (q: string) =>
      (await searchProviders(db, { q, locale: "ja", limit: 10 })).map(({ nameEn }) => nameEn);
    const university = ["Demo University A"];
    const college = ["Demo KOSEN B"];
    for (const q of [
      "デモ大学",
      "demo univ",
      "ＤＥＭＯ　ＵＮＩＶＥＲＳＩＴＹ",
      "だいがく",
      "ダイガク",
      "a.example.ac.jp",
      "university 体験",
    ])
      expect(await names(q)).toEqual(university);
    for (const q of ["高専", "kosen", "こうせん", "高等専門学校", "b.example"])
      expect(await names(q)).toEqual(college);
    expect(await names("")).toHaveLength(2);
    expect(await names("nowhere")).toEqual([]);
    expect(await names("%")).toEqual([]);
  });

  test("keeps the last good copy when a refresh fails, and says why it failed", async () => {
    const broken = {
      ...world,
      source: { demo: false as const, url: "file:///nowhere/metadata.xml", certificates: "" },
    };
    await expect(refreshFederation(broken)).rejects.toThrow("unreachable");
    expect((await db.federationState.findFirst())?.failure).toContain("unreachable");
    expect(await db.identityProvider.count()).toBe(2);
    await refreshFederation(world);
    expect((await db.federationState.findFirst())?.failure).toBeNull();
  });

  test("makes each key once, however many processes ask for it", async () => {
    await db.serviceKey.deleteMany({ where: { purpose: "sp-signing" } });
    const asked = await Promise.all([1, 2, 3, 4].map(() => serviceKeys(world, "sp-signing")));
    expect(new Set(asked.flat().map(({ certificate }) => certificate)).size).toBe(1);
  });

  test("that lost an institution lets nobody in from there, and ends their sessions", async () => {
    const who = await logIn("tanaka", b);
    const under = await answerOf(browser(), await choose(browser(), b), "tanaka").catch(() => ({}));
    await db.identityProvider.delete({ where: { id: b } });
    expect(await sessionOf(who)).toBeNull();
    expect(await findProviders(db, [b])).toEqual([]);
    const start = await browser().post("/login/start", { idp: b, to: "", locale: "ja" });
    expect(codeOf(start)).toBe("idp_unknown");
    expect(codeOf(await arrive(browser(), under))).toBe("idp_unknown");
    expect(await db.member.count({ where: { institution: { entityId: demoInstitutions.b.entityId } } })).toBe(
      1,
    );
    await refreshFederation(world);
    expect(await sessionOf(who)).not.toBeNull();
  });

  test("whose metadata are over lets nobody in until they are refreshed", async () => {
    const later = { ...world, now: () => new Date(Date.now() + 30 * 24 * 60 * 60 * 1000) };
    const unreachable = {
      ...later,
      source: { demo: false as const, url: "file:///nowhere", certificates: "" },
    };
    expect(await federationReady(unreachable)).toBe(false);
    const soonAfter = { ...later, now: () => new Date(later.now().getTime() + 10 * 60_000) };
    expect(await federationReady(soonAfter)).toBe(true);
    await refreshFederation(world);
  });
});
