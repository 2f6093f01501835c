import "@/tests/support/quiet.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { aal2Context, isStrong, refedsMfaContext, strongContexts } from "@/server/assurance.ts";
import { writeAnswer } from "@/server/federation/demo/answer.ts";
import { demoInstitutions, passwordContext } from "@/server/federation/demo/institutions.ts";
import { readQuestion } from "@/server/federation/demo/question.ts";
import { continueLogin, startFromForm } from "@/server/federation/login/login.ts";
import { requireStrong } from "@/server/federation/login/step-up.ts";
import { LoginRefusal } from "@/server/federation/refusal.ts";
import { attributeOf, childOf, ns, textOf } from "@/server/federation/xml/tree.ts";
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
  requestIn,
  stepUp,
} from "@/tests/support/demo-login.ts";
import type { PlainBrowser } from "@/tests/support/plain-browser.ts";

const portal = demoPortal();
const page = "/ja/certs/7?tab=renew";

const sessionOf = async (who: PlainBrowser) => (await portal.memberOf(who))?.session;
const errorIn = (response: Response) => new URL(locationOf(response)).searchParams;

/** The fields of a form of the portal, posted as its own page would. */
function post(who: PlainBrowser, fields: Record<string, string>): Request {
  const cookie = [...who.cookies].map((pair) => pair.join("=")).join("; ");
  const headers = { cookie, "sec-fetch-site": "same-origin" };
  const body = new URLSearchParams(fields);
  return new Request(`${base}/login/start`, { method: "POST", headers, body });
}

/** An answer of デモ大学A to what it was asked, of whatever strength. */
async function answerWith(ssoUrl: string, authnContext: string): Promise<Record<string, string>> {
  const { a: institution } = demoInstitutions;
  const question = await readQuestion(portal.world, institution, new URL(ssoUrl).search.slice(1));
  const [hanako] = institution.people;
  if (!question || !hanako) throw new Error("no question, or nobody to answer for");
  const SAMLResponse = await writeAnswer(portal.world, institution, question, hanako, authnContext);
  return { SAMLResponse, RelayState: question.relayState };
}

test("an ordinary login that was strong by itself counts like a step-up", async () => {
  const who = portal.browser();
  const back = await arrive(who, await answerWith(await choose(who), aal2Context));
  await who.get(locationOf(back));
  const session = (await sessionOf(who)) ?? expect.fail("no session");
  expect(isStrong(session, strongContexts({ acceptRefedsMfa: false }), new Date())).toBe(true);
});

describe("a step-up", () => {
  test("asks the member's own institution for AAL2, done anew, whatever institution the form names", async () => {
    const who = await portal.logIn("hanako");
    const fields = { for: "show_pin", to: page, locale: "ja", idp: b };
    const request = requestIn(locationOf(await who.post("/login/start", fields)));
    expect(attributeOf(request, "Destination")).toBe(`${base}/demo-idp/a/sso`);
    expect(attributeOf(request, "ForceAuthn")).toBe("true");
    const context = childOf(request, ns.protocol, "RequestedAuthnContext");
    expect(context && attributeOf(context, "Comparison")).toBe("exact");
    expect(textOf(context)).toBe(aal2Context);
  });

  test("asks for REFEDS MFA too, second, where the operator takes it for AAL2", async () => {
    const who = await portal.logIn("hanako");
    const world = { ...portal.world, acceptRefedsMfa: true };
    const sent = await startFromForm(world, post(who, { for: "renew", to: page, locale: "ja" }));
    const context = childOf(requestIn(locationOf(sent)), ns.protocol, "RequestedAuthnContext");
    expect(context && [...context.childNodes].map(({ textContent }) => textContent)).toEqual([
      aal2Context,
      refedsMfaContext,
    ]);
  });

  test("replaces the session by a strong one and comes back to where one was", async () => {
    const who = await portal.logIn("hanako");
    const before = await sessionOf(who);
    const copied = new Map(who.cookies);
    const back = await arrive(who, await answerOf(who, await stepUp(who, page), "hanako"));
    expect(locationOf(await who.get(locationOf(back)))).toBe(base + page);

    const after = (await sessionOf(who)) ?? expect.fail("no session");
    expect(after).toMatchObject({ authnContext: aal2Context, memberId: before?.memberId });
    expect(after.id).not.toBe(before?.id);
    const contexts = strongContexts({ acceptRefedsMfa: false });
    const inMinutes = (minutes: number) => new Date(after.authnAt.getTime() + minutes * 60_000);
    expect([9, 10].map((minutes) => isStrong(after, contexts, inMinutes(minutes)))).toEqual([true, false]);

    const copy = portal.browser();
    for (const [name, value] of copied) copy.cookies.set(name, value);
    expect(await portal.memberOf(copy)).toBeNull();
  });

  test("leaves an ordinary login beside it what it is", async () => {
    const who = await portal.logIn("hanako");
    const [strong, plain] = [await stepUp(who, page), await choose(who, a, "/ja/certs/2")];
    const later = await arrive(who, await answerOf(who, plain, "hanako"));
    expect(locationOf(await who.get(locationOf(later)))).toBe(`${base}/ja/certs/2`);
    expect((await sessionOf(who))?.authnContext).not.toBe(aal2Context);
    const earlier = await arrive(who, await answerOf(who, strong, "hanako"));
    expect(locationOf(await who.get(locationOf(earlier)))).toBe(base + page);
    expect((await sessionOf(who))?.authnContext).toBe(aal2Context);
  });

  test("comes back to the portal and nowhere else", async () => {
    const who = await portal.logIn("hanako");
    for (const to of [
      "https://stranger.example/",
      "//stranger.example",
      "/\\stranger.example",
      "/api/auth",
    ]) {
      const back = await arrive(who, await answerOf(who, await stepUp(who, to), "hanako"));
      expect(locationOf(await who.get(locationOf(back)))).toBe(`${base}/ja/certs`);
    }
  });
});

describe("there is no step-up, and the session goes on", () => {
  let who: PlainBrowser;
  let before: Awaited<ReturnType<typeof sessionOf>>;
  beforeAll(async () => {
    who = await portal.logIn("hanako");
    before = await sessionOf(who);
  });

  const goesOn = async () => expect(await sessionOf(who)).toEqual(before);

  test("for another person than who is logged in, of whom nothing is noted", async () => {
    await portal.logIn("tanaka");
    const others = () => portal.db.member.findMany({ where: { id: { not: before?.memberId ?? "" } } });
    const known = await others();
    for (const user of ["tanaka", "admin"]) {
      const refused = await arrive(who, await answerOf(who, await stepUp(who, page), user));
      expect([codeOf(refused), errorIn(refused).get("to")]).toEqual(["step_up_other_person", page]);
    }
    expect(await others()).toEqual(known);
    await goesOn();
  });

  test("when one gives up", async () => {
    const given = await answerOf(who, await stepUp(who, page), "hanako", { action: "cancel" });
    const refused = await arrive(who, given);
    expect([codeOf(refused), errorIn(refused).get("to")]).toEqual(["idp_login_failed", page]);
    await goesOn();
  });

  test("with a login that is not strong, though the institution takes it for one", async () => {
    for (const weak of [passwordContext, refedsMfaContext]) {
      const refused = await arrive(who, await answerWith(await stepUp(who, page), weak));
      expect([codeOf(refused), errorIn(refused).get("to")]).toEqual(["step_up_not_strong", page]);
    }
    await goesOn();
  });

  test("with a strong login of before it was asked for", async () => {
    const url = await stepUp(who, page);
    const { id } = await portal.db.loginRequest.findFirstOrThrow({ orderBy: { createdAt: "desc" } });
    const createdAt = new Date(Date.now() + 5 * 60_000);
    await portal.db.loginRequest.update({ where: { id }, data: { createdAt } });
    expect(codeOf(await arrive(who, await answerWith(url, aal2Context)))).toBe("step_up_not_fresh");
    await goesOn();
  });

  test("with the answer to an ordinary login", async () => {
    const [strong, plain] = [await stepUp(who, page), await choose(who)];
    const { SAMLResponse = "" } = await answerOf(who, plain, "hanako");
    const { RelayState = "" } = await answerOf(who, strong, "hanako");
    expect(codeOf(await arrive(who, { SAMLResponse, RelayState }))).toBe("in_response_to_mismatch");
    await goesOn();
  });

  test("in another browser, though it is the same person's", async () => {
    const back = await arrive(who, await answerOf(who, await stepUp(who, page), "hanako"));
    const other = await portal.logIn("hanako");
    const theirs = await sessionOf(other);
    // A reload of an old address shows the portal, as whoever is logged in there.
    expect(locationOf(await other.get(locationOf(back)))).toBe(`${base}/ja/certs`);
    expect(await sessionOf(other)).toEqual(theirs);
    await goesOn();
  });

  test("for a deed that nobody guards, or from a page elsewhere", async () => {
    const fields = { for: "everything", to: page, locale: "ja" };
    expect(codeOf(await who.post("/login/start", fields))).toBe("cross_site");
    const headers = { "sec-fetch-site": "cross-site" };
    const foreign = await who.post("/login/start", { ...fields, for: "renew" }, { headers });
    expect(codeOf(foreign)).toBe("cross_site");
    await goesOn();
  });

  test("at an institution that knows no second factor", async () => {
    const misaki = await portal.logIn("tanaka", b);
    const theirs = await sessionOf(misaki);
    const refused = await arrive(misaki, await answerOf(misaki, await stepUp(misaki, page), "tanaka"));
    expect([codeOf(refused), errorIn(refused).get("to")]).toEqual(["idp_no_context", page]);
    expect(await sessionOf(misaki)).toEqual(theirs);
  });
});

test("who is not logged in any more is led to an ordinary login, and from there to the same page", async () => {
  const who = await portal.logIn("taro");
  await portal.db.session.updateMany({ data: { endedAt: new Date() } });
  const answer = await who.post("/login/start", { for: "renew", to: page, locale: "ja" });
  expect(locationOf(answer)).toBe(`${base}/ja/login?${new URLSearchParams({ to: page })}`);
});

test("the authorization endpoint begins an ordinary login, whatever its query says", async () => {
  const query = new URLSearchParams({
    idp: a,
    state: "s",
    code_challenge: "c".repeat(43),
    for: "renew",
    memberId: "somebody",
    authnContexts: aal2Context,
    returnTo: page,
  });
  const sent = await continueLogin(portal.world, new Request(`${base}/api/saml/authorize?${query}`));
  const request = requestIn(locationOf(sent));
  expect([
    attributeOf(request, "ForceAuthn"),
    childOf(request, ns.protocol, "RequestedAuthnContext"),
  ]).toEqual([null, undefined]);
  const row = await portal.db.loginRequest.findFirstOrThrow({ orderBy: { createdAt: "desc" } });
  expect([row.memberId, row.authnContexts, row.returnTo]).toEqual([null, [], null]);
});

describe("what comes back to a step-up", () => {
  const asked = {
    authnContexts: [aal2Context, refedsMfaContext],
    createdAt: new Date("2026-04-01T03:00:00Z"),
  };
  const at = (time: string) => new Date(`2026-04-01T${time}Z`);
  test.each([
    ["the first of what was asked for, now", aal2Context, at("03:00:20"), "holds"],
    ["the second", refedsMfaContext, at("03:00:20"), "holds"],
    ["by a clock three minutes behind", aal2Context, at("02:57:00"), "holds"],
    ["a password", passwordContext, at("03:00:20"), "step_up_not_strong"],
    ["nothing said of it", null, at("03:00:20"), "step_up_not_strong"],
    ["a name that only begins like it", `${aal2Context}+`, at("03:00:20"), "step_up_not_strong"],
    ["a name in other case", aal2Context.toLowerCase(), at("03:00:20"), "step_up_not_strong"],
    ["a strong login of before", aal2Context, at("02:56:59"), "step_up_not_fresh"],
  ])("%s", (_, authnContext, authnInstant, verdict) => {
    expect(verdictOn({ authnContext, authnInstant })).toBe(verdict);
  });

  test("an ordinary login may come back with anything", () => {
    const plain = { ...asked, authnContexts: [] };
    expect(() => requireStrong(plain, { authnContext: null, authnInstant: at("01:00:00") })).not.toThrow();
  });

  function verdictOn(statement: { authnContext: string | null; authnInstant: Date }) {
    try {
      requireStrong(asked, statement);
      return "holds";
    } catch (cause) {
      return cause instanceof LoginRefusal ? cause.code : cause;
    }
  }
});
