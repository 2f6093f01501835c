import "@/tests/support/quiet.ts";
import { decode } from "next-auth/jwt";
import { describe, expect, test } from "vitest";
import { sessionCookieName } from "@/server/federation/session/cookies.ts";
import { sessionMember } from "@/server/federation/session/sessions.ts";
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
import { hiddenFields } from "@/tests/support/plain-browser.ts";

const portal = demoPortal();

describe("a login through a demo institution", () => {
  test("ends where one wanted to go, logged in as oneself", async () => {
    const member = await portal.memberOf(await portal.logIn("hanako"));
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
    const who = await portal.logIn("taro");
    expect([...who.cookies.keys()].sort()).toEqual(["last_idps", sessionCookieName(portal.world)].sort());
    expect(decodeURIComponent(who.cookies.get("last_idps") ?? "")).toBe(a);
    const token = who.cookies.get(sessionCookieName(portal.world)) ?? "";
    expect(await decode({ token, secret: portal.world.secret })).toEqual({
      sessionId: (await portal.memberOf(who))?.session.id,
      ...Object.fromEntries(["at", "iat", "exp"].map((name) => [name, expect.any(Number)])),
      jti: expect.any(String),
    });
  });

  test("finds the same member again, with the names and addresses of today", async () => {
    const first = await portal.memberOf(await portal.logIn("hanako"));
    await portal.db.member.update({
      where: { id: first?.id ?? "" },
      data: { displayName: "Before", mails: [] },
    });
    const again = await portal.memberOf(await portal.logIn("hanako"));
    expect(again).toMatchObject({
      id: first?.id,
      displayName: "Hanako Kokuritsu",
      mails: ["hanako@a.example.ac.jp"],
    });
  });

  test("of the same user name at two institutions makes two people", async () => {
    const [ichiro, misaki] = [
      await portal.memberOf(await portal.logIn("tanaka", a)),
      await portal.memberOf(await portal.logIn("tanaka", b)),
    ];
    expect([ichiro?.displayNameJa, misaki?.displayNameJa]).toEqual(["田中 一郎", "田中 美咲"]);
    expect(ichiro?.id).not.toBe(misaki?.id);
    expect(ichiro?.institutionId).not.toBe(misaki?.institutionId);
  });

  test("works in two tabs at once, in whichever order they come back", async () => {
    const who = portal.browser();
    const [first, second] = [await choose(who, a, "/ja/certs/1"), await choose(who, b, "/ja/certs/2")];
    const later = await arrive(who, await answerOf(who, second, "tanaka"));
    expect(locationOf(await who.get(locationOf(later)))).toBe(`${base}/ja/certs/2`);
    const earlier = await arrive(who, await answerOf(who, first, "hanako"));
    expect(locationOf(await who.get(locationOf(earlier)))).toBe(`${base}/ja/certs/1`);
    expect((await portal.memberOf(who))?.displayNameJa).toBe("国立 花子");
  });

  test("begun under another name of this machine goes on under the portal's own", async () => {
    const headers = { origin: "http://127.0.0.1:3000" };
    const response = await portal
      .browser()
      .post("/login/start", { idp: a, to: "/en/certs", locale: "en" }, { headers });
    expect(locationOf(response)).toBe(`${base}/en/login?to=%2Fen%2Fcerts`);
  });

  test("two at once of somebody new make one member", async () => {
    const both = await Promise.all([portal.logIn("admin"), portal.logIn("admin")]);
    const ids = await Promise.all(both.map(async (who) => (await portal.memberOf(who))?.id));
    expect(new Set(ids).size).toBe(1);
  });

  test("ends with the logout, which a page elsewhere cannot do", async () => {
    const who = await portal.logIn("hanako");
    const foreign = await who.post("/logout", {}, { headers: { "sec-fetch-site": "cross-site" } });
    expect(locationOf(foreign)).toBe(`${base}/ja?logout=failed`);
    expect(await portal.memberOf(who)).not.toBeNull();
    expect(locationOf(await who.post("/logout", {}))).toBe(`${base}/ja?logout=here`);
    expect(await portal.memberOf(who)).toBeNull();
  });

  test("lasts eight hours", async () => {
    const who = await portal.logIn("hanako");
    const jar = Object.fromEntries(who.cookies);
    const inTime = (minutes: number) => ({
      ...portal.world,
      now: () => new Date(Date.now() + minutes * 60_000),
    });
    expect(await sessionMember(inTime(8 * 60 - 1), jar)).not.toBeNull();
    expect(await sessionMember(inTime(8 * 60), jar)).toBeNull();
  });
});

describe("the demo institution", () => {
  test("shows its login page in both languages", async () => {
    const who = portal.browser();
    const url = await choose(who);
    expect(await (await who.get(url)).text()).toContain("デモ大学A ログイン");
    expect(await (await who.get(`${url}&lang=en`)).text()).toContain("Demo University A login");
  });

  test("answers a wrong password with 401 and a sentence, and lets one try again", async () => {
    const who = portal.browser();
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
    const who = portal.browser();
    const url = await choose(who);
    const fields = hiddenFields(await (await who.get(url)).text());
    const given = await who.post(url, { ...fields, action: "cancel" });
    const back = await arrive(who, hiddenFields(await given.text()));
    expect(codeOf(back)).toBe("idp_login_failed");
  });

  test("does not answer a question that was changed, or that is for the other one", async () => {
    const who = portal.browser();
    const url = await choose(who);
    expect((await who.get(url.replace(/RelayState=[^&]*/, "RelayState=x"))).status).toBe(400);
    expect((await who.get(url.replace("/demo-idp/a/", "/demo-idp/b/"))).status).toBe(400);
    expect((await who.get("/demo-idp/c/sso")).status).toBe(404);
  });
});
