import "@/tests/support/quiet.ts";
import { describe, expect, test, vi } from "vitest";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { sessionCookieName } from "@/server/federation/session/cookies.ts";
import { sessionMember } from "@/server/federation/session/sessions.ts";
import { log } from "@/server/log.ts";
import {
  a,
  answerOf,
  arrive,
  b,
  base,
  choose,
  codeOf,
  demoPortal,
  locationOf,
} from "@/tests/support/demo-login.ts";

const portal = demoPortal();

describe("there is no login", () => {
  test("from a page elsewhere", async () => {
    const fields = { idp: a, to: "/ja/certs", locale: "en" };
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
      const response = await portal.browser().post("/login/start", fields, { headers });
      expect(locationOf(response)).toMatch(`${base}/en/login/error?code=cross_site&ref=`);
    }
    const old = await portal.browser().post("/login/start", fields, {
      lax: true,
      headers: { origin: "https://stranger.example" },
    });
    expect(codeOf(old)).toBe("cross_site");
    const none = await portal.browser().post("/login/start", fields, { lax: true });
    expect(codeOf(none)).toBe("cross_site");
  });

  test("at an institution that the federation does not know", async () => {
    const response = await portal
      .browser()
      .post("/login/start", { idp: "0".repeat(64), to: "", locale: "ja" });
    expect(codeOf(response)).toBe("idp_unknown");
  });

  test("with an answer that was used: not again, and not twice at once", async () => {
    const who = portal.browser();
    const fields = await answerOf(who, await choose(who), "hanako");
    const [one, two] = await Promise.all([arrive(who, fields), arrive(who, fields)]);
    expect([codeOf(one), codeOf(two)].filter((code) => code === "request_unknown")).toHaveLength(1);
    expect(codeOf(await arrive(who, fields))).toBe("request_unknown");
  });

  test("with an answer to another login of one's own", async () => {
    const who = portal.browser();
    const [first, second] = [await choose(who), await choose(who)];
    const { SAMLResponse = "" } = await answerOf(who, first, "hanako");
    const { RelayState = "" } = await answerOf(who, second, "hanako");
    expect(codeOf(await arrive(who, { SAMLResponse, RelayState }))).toBe("in_response_to_mismatch");
  });

  test("with the answer of another institution than was asked", async () => {
    const who = portal.browser();
    const [first, second] = [await choose(who, a), await choose(who, b)];
    const { RelayState = "" } = await answerOf(who, first, "tanaka");
    const { SAMLResponse = "" } = await answerOf(who, second, "tanaka");
    expect(codeOf(await arrive(who, { SAMLResponse, RelayState }))).toBe("signature_invalid");
  });

  test("with a changed answer; and that uses up nothing but the login it came for", async () => {
    const who = portal.browser();
    const fields = await answerOf(who, await choose(who), "hanako");
    const xml = Buffer.from(fields.SAMLResponse ?? "", "base64").toString("utf8");
    const changed = Buffer.from(xml.replace(/Destination="[^"]*/, 'Destination="https://x')).toString(
      "base64",
    );
    const seen = await portal.db.seenAssertion.count();
    expect(codeOf(await arrive(who, { ...fields, SAMLResponse: changed }))).toBe("signature_invalid");
    expect(await portal.db.seenAssertion.count()).toBe(seen);
  });

  test("without an answer, with one nobody asked for, with one too large", async () => {
    expect(codeOf(await arrive(portal.browser(), {}))).toBe("response_missing");
    expect(codeOf(await arrive(portal.browser(), { SAMLResponse: "AAAA" }))).toBe("request_unknown");
    expect(codeOf(await arrive(portal.browser(), { SAMLResponse: "AAAA", RelayState: "x" }))).toBe(
      "request_unknown",
    );
    expect(
      codeOf(await arrive(portal.browser(), { SAMLResponse: "A".repeat(140_000), RelayState: "x" })),
    ).toBe("response_too_large");
  });

  test("in another browser than the one that began", async () => {
    const who = portal.browser();
    const back = await arrive(who, await answerOf(who, await choose(who), "hanako"));
    const victim = portal.browser();
    expect(codeOf(await victim.get(locationOf(back)))).toBe("other_browser");
    expect(await portal.memberOf(victim)).toBeNull();
  });

  test("with a code that was used", async () => {
    const who = portal.browser();
    const back = await arrive(who, await answerOf(who, await choose(who), "hanako"));
    const before = new Map(who.cookies);
    await who.get(locationOf(back));
    const copy = portal.browser();
    for (const [name, value] of before) copy.cookies.set(name, value);
    expect(codeOf(await copy.get(locationOf(back)))).toBe("code_refused");
    expect(await portal.memberOf(copy)).toBeNull();
  });

  test("with a code twice at once: one session, one refusal", async () => {
    const who = portal.browser();
    const back = await arrive(who, await answerOf(who, await choose(who), "hanako"));
    const twins = [portal.browser(), portal.browser()];
    for (const twin of twins) for (const [name, value] of who.cookies) twin.cookies.set(name, value);
    const ends = await Promise.all(twins.map((twin) => twin.get(locationOf(back))));
    expect(ends.map(codeOf).filter((code) => code === "code_refused")).toHaveLength(1);
  });

  test("when it took too long", async () => {
    const who = portal.browser();
    const fields = await answerOf(who, await choose(who), "hanako");
    await portal.db.loginRequest.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
    expect(codeOf(await arrive(who, fields))).toBe("request_expired");
  });

  test("and the page that says why is in the language the login was begun in", async () => {
    const who = portal.browser();
    const started = await who.post("/login/start", { idp: a, to: "", locale: "en" });
    const fields = await answerOf(who, locationOf(started), "hanako");
    const refused = await arrive(who, { ...fields, SAMLResponse: "AAAA" });
    expect(locationOf(refused)).toMatch(new RegExp(`^${base}/en/login/error\\?code=\\w+&ref=[0-9A-Z]{8}$`));
  });

  test("a session forged, or of a member who is gone, is none", async () => {
    const name = sessionCookieName(portal.world);
    expect(await sessionMember(portal.world, { [name]: "eyJhbGciOiJub25lIn0.e30." })).toBeNull();
    expect(
      await sessionMember(
        { ...portal.world, secret: "another-secret-of-thirty-two-chars" },
        Object.fromEntries((await portal.logIn("taro")).cookies),
      ),
    ).toBeNull();
  });
});

describe("the log", () => {
  test("has one line a login: with names of attributes, without their values", async () => {
    const lines = vi.spyOn(log, "info");
    await portal.logIn("taro");
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
    const who = portal.browser();
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
