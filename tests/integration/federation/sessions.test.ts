import "@/tests/support/quiet.ts";
import { encode } from "next-auth/jwt";
import { describe, expect, test } from "vitest";
import { GET as askAuth } from "@/app/api/auth/[...nextauth]/route.ts";
import { openDatabase } from "@/server/db.ts";
import { authCookies, sessionCookieName } from "@/server/federation/session/cookies.ts";
import { logOut } from "@/server/federation/session/logout.ts";
import { openSession, sessionMember } from "@/server/federation/session/sessions.ts";
import { a, answerOf, arrive, b, base, choose, demoPortal, locationOf } from "@/tests/support/demo-login.ts";
import type { PlainBrowser } from "@/tests/support/plain-browser.ts";

const portal = demoPortal();

/** Another browser with the same cookies. */
function copyOf(who: PlainBrowser): PlainBrowser {
  const copy = portal.browser();
  for (const [name, value] of who.cookies) copy.cookies.set(name, value);
  return copy;
}

const jarOf = (who: PlainBrowser) => Object.fromEntries(who.cookies);
const sessionOf = async (who: PlainBrowser) => (await portal.memberOf(who))?.session;
const later = (minutes: number) => ({ ...portal.world, now: () => new Date(Date.now() + minutes * 60_000) });

describe("a session", () => {
  test("knows how and when its member logged in, until when it lasts, and the roles in force", async () => {
    const who = await portal.logIn("hanako");
    const member = await portal.memberOf(who);
    const { createdAt, expiresAt, ...session } = (await sessionOf(who)) ?? expect.fail("no session");
    expect(session).toEqual({
      id: expect.any(String),
      memberId: member?.id,
      endedAt: null,
      authnContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
      authnAt: expect.any(Date),
      assurance: ["https://www.gakunin.jp/profile/IAL2"],
    });
    expect(expiresAt.getTime() - createdAt.getTime()).toBe(8 * 60 * 60_000);
    expect(member?.roles).toEqual([]);

    const role = { memberId: member?.id ?? "", role: "operator", grantedAt: new Date() } as const;
    await portal.db.role.createMany({
      data: [
        role,
        { ...role, expiresAt: new Date(Date.now() - 1) },
        { ...role, expiresAt: new Date(Date.now() + 60_000) },
      ],
    });
    expect((await portal.memberOf(who))?.roles).toHaveLength(2);
    await portal.db.role.deleteMany();
  });

  test("is read as its rows are, times and lists and all", async () => {
    const who = await portal.logIn("hanako");
    const read = (await portal.memberOf(who)) ?? expect.fail("no session");
    const role = { memberId: read.id, role: "registrar", institutionId: read.institutionId } as const;
    const expiresAt = new Date(Date.now() + 60_000);
    await portal.db.role.create({ data: { ...role, grantedAt: new Date(0), expiresAt } });
    const { member, ...session } = await portal.db.session.findUniqueOrThrow({
      where: { id: read.session.id },
      include: { member: { include: { institution: true, roles: true } } },
    });
    expect(await portal.memberOf(who)).toEqual({ ...member, session });
    await portal.db.role.deleteMany();
  });

  test("lasts no longer than the institution says, and never longer than eight hours", async () => {
    const memberId = (await portal.memberOf(await portal.logIn("taro")))?.id ?? "";
    const now = new Date("2026-04-01T03:00:00Z");
    const until = async (sessionUntil: Date | null) => {
      const login = {
        memberId,
        institutionId: "a",
        authnContext: null,
        authnInstant: now,
        sessionUntil,
        assurance: [],
      };
      const id = await openSession({ db: portal.db, now: () => now }, login);
      return (await portal.db.session.findUniqueOrThrow({ where: { id } })).expiresAt.toISOString();
    };
    expect(await until(null)).toBe("2026-04-01T11:00:00.000Z");
    expect(await until(new Date("2026-04-01T04:00:00Z"))).toBe("2026-04-01T04:03:00.000Z");
    expect(await until(new Date("2026-04-02T03:00:00Z"))).toBe("2026-04-01T11:00:00.000Z");
  });

  test("counts from when the person logged in, and never from a moment to come", async () => {
    const memberId = (await portal.memberOf(await portal.logIn("taro")))?.id ?? "";
    const now = new Date("2026-04-01T03:00:00Z");
    const since = async (authnInstant: string) => {
      const login = {
        memberId,
        institutionId: "a",
        authnContext: null,
        authnInstant: new Date(authnInstant),
        sessionUntil: null,
      };
      const id = await openSession({ db: portal.db, now: () => now }, { ...login, assurance: [] });
      return (await portal.db.session.findUniqueOrThrow({ where: { id } })).authnAt.toISOString();
    };
    expect(await since("2026-04-01T02:55:00Z")).toBe("2026-04-01T02:55:00.000Z");
    expect(await since("2026-04-01T03:02:00Z")).toBe("2026-04-01T03:00:00.000Z");
  });

  test("logged out ends for every copy of its cookie", async () => {
    const who = await portal.logIn("hanako");
    const copy = copyOf(who);
    expect(await portal.memberOf(copy)).not.toBeNull();
    await who.post("/logout", {});
    expect(await portal.memberOf(copy)).toBeNull();
  });

  test("is left alone by the logout of another browser", async () => {
    const [one, other] = [await portal.logIn("hanako"), await portal.logIn("hanako")];
    await one.post("/logout", {});
    expect(await portal.memberOf(other)).not.toBeNull();
  });

  test("ends with the logout everywhere, of one's own sessions and of nobody else's", async () => {
    const [one, other, taro] = [
      await portal.logIn("hanako"),
      await portal.logIn("hanako"),
      await portal.logIn("taro"),
    ];
    const end = await one.post("/logout", { everywhere: "yes", locale: "en" });
    expect(locationOf(end)).toBe(`${base}/en?logout=everywhere`);
    expect([await portal.memberOf(other), await portal.memberOf(one)]).toEqual([null, null]);
    expect(await portal.memberOf(taro)).not.toBeNull();
  });

  test("that has ended ends no other, and one is told so", async () => {
    const [one, other] = [await portal.logIn("hanako"), await portal.logIn("hanako")];
    const thief = copyOf(one);
    await one.post("/logout", {});
    const end = await thief.post("/logout", { everywhere: "yes" });
    expect(locationOf(end)).toBe(`${base}/ja?logout=unknown`);
    expect(await portal.memberOf(other)).not.toBeNull();
  });

  test("that could not be ended is still there, and one is told so", async () => {
    const who = await portal.logIn("hanako");
    const db = openDatabase("postgresql://nobody@127.0.0.1:1/nothing");
    const headers = {
      cookie: [...who.cookies].map((pair) => pair.join("=")).join("; "),
      "sec-fetch-site": "same-origin",
    };
    const request = new Request(`${base}/logout`, { method: "POST", headers, body: "everywhere=yes" });
    const end = await logOut({ ...portal.world, db }, request);
    await db.$disconnect();
    expect(locationOf(end)).toBe(`${base}/ja?logout=failed`);
    expect(end.headers.getSetCookie()).toEqual([]);
    expect(await portal.memberOf(who)).not.toBeNull();
  });

  test("is ended everywhere by a form of the portal only", async () => {
    const who = await portal.logIn("hanako");
    const headers = { "sec-fetch-site": "same-site" };
    const end = await who.post("/logout", { everywhere: "yes", locale: "en" }, { headers });
    expect(locationOf(end)).toBe(`${base}/en?logout=failed`);
    expect(end.headers.getSetCookie()).toEqual([]);
    expect(await portal.memberOf(who)).not.toBeNull();
  });

  test("gives way to the next login in the same browser", async () => {
    const who = await portal.logIn("hanako");
    const old = copyOf(who);
    const back = await arrive(who, await answerOf(who, await choose(who, b), "tanaka"));
    await who.get(locationOf(back));
    expect((await portal.memberOf(who))?.displayNameJa).toBe("田中 美咲");
    expect(await portal.memberOf(old)).toBeNull();
  });

  test("runs out by the clock of the server, whatever its row or its cookie says alone", async () => {
    const who = await portal.logIn("hanako");
    expect(await sessionMember(later(8 * 60 - 1), jarOf(who))).not.toBeNull();
    expect(await sessionMember(later(8 * 60), jarOf(who))).toBeNull();
    const { id } = (await sessionOf(who)) ?? expect.fail("no session");
    await portal.db.session.update({ where: { id }, data: { expiresAt: new Date(Date.now() + 86_400_000) } });
    expect(await sessionMember(later(8 * 60), jarOf(who))).toBeNull();
    await portal.db.session.update({ where: { id }, data: { expiresAt: new Date() } });
    expect(await sessionMember(portal.world, jarOf(who))).toBeNull();
  });

  test("ends while its institution is not in the metadata", async () => {
    const who = await portal.logIn("tanaka", b);
    const row = await portal.db.identityProvider.delete({ where: { id: b } });
    expect(await portal.memberOf(who)).toBeNull();
    const { scopes, contacts, ...rest } = row;
    await portal.db.identityProvider.create({
      data: { ...rest, scopes: scopes as never, contacts: contacts as never },
    });
    expect(await portal.memberOf(who)).not.toBeNull();
  });

  test("that nobody fetched with the code belongs to nobody", async () => {
    const who = portal.browser();
    await arrive(who, await answerOf(who, await choose(who), "hanako"));
    const { id } = await portal.db.session.findFirstOrThrow({ orderBy: { createdAt: "desc" } });
    for (const value of [id, JSON.stringify({ sessionId: id }), `eyJhbGciOiJub25lIn0.${id}.`]) {
      const jar = { [sessionCookieName(portal.world)]: value };
      expect(await sessionMember(portal.world, jar)).toBeNull();
    }
  });

  test("is not to be had with a cookie of another secret, without a time, or of no row", async () => {
    const { id } = (await sessionOf(await portal.logIn("taro"))) ?? expect.fail("no session");
    const at = Math.floor(Date.now() / 1000);
    const memberWith = async (token: object, secret = portal.world.secret) => {
      const value = await encode({ token: { ...token }, secret });
      return sessionMember(portal.world, { [sessionCookieName(portal.world)]: value });
    };
    expect(await memberWith({ sessionId: id, at })).not.toBeNull();
    expect(await memberWith({ sessionId: id, at }, "another-secret-of-thirty-two-chars")).toBeNull();
    expect(await memberWith({ sessionId: id })).toBeNull();
    expect(await memberWith({ sessionId: "nobody", at })).toBeNull();
    expect(await memberWith({ sessionId: { not: "" }, at })).toBeNull();
  });
});

describe("the cookie of a session", () => {
  test("is the host's alone, for the server alone, and not for requests from other sites", () => {
    const { sessionToken } = authCookies({ baseUrl: "https://portal.example.ac.jp" });
    expect(sessionToken).toEqual({
      name: "__Host-next-auth.session-token",
      options: { httpOnly: true, secure: true, sameSite: "lax", path: "/" },
    });
  });

  test("is read out to nobody: NextAuth's own pages are not there", async () => {
    const who = await portal.logIn("hanako");
    for (const action of [
      "session",
      "csrf",
      "providers",
      "signin",
      "signin/boxyhq-saml",
      "signout",
      "error",
    ]) {
      const headers = { cookie: [...who.cookies].map((pair) => pair.join("=")).join("; ") };
      const request = new Request(`${base}/api/auth/${action}`, { headers });
      const answer = await askAuth(request, { params: Promise.resolve({ nextauth: action.split("/") }) });
      expect([answer.status, await answer.text(), answer.headers.getSetCookie()]).toEqual([404, "", []]);
    }
  });

  test("comes with the page after a login, and nothing of the login stays", async () => {
    const who = portal.browser();
    const back = await arrive(who, await answerOf(who, await choose(who, a), "hanako"));
    const end = await who.get(locationOf(back));
    const [kept, ...more] = end.headers.getSetCookie().filter((line) => !/Max-Age=0/.test(line));
    expect(more).toEqual([]);
    expect(kept).toMatch(/^next-auth\.session-token=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
  });
});
