import "@/tests/support/quiet.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { requireFirstUse } from "@/server/federation/login/replay.ts";
import { attributeNames } from "@/server/federation/people/attributes.ts";
import type { KeyPair } from "@/server/federation/service/keys.ts";
import { serviceKey } from "@/server/federation/service/keys-in-force.ts";
import { acsUrlOf, entityIdOf } from "@/server/federation/world.ts";
import {
  a,
  arrive,
  base,
  choose,
  codeOf,
  demoPortal,
  locationOf,
  requestIn,
} from "@/tests/support/demo-login.ts";
import type { PlainBrowser } from "@/tests/support/plain-browser.ts";
import {
  acsUrl,
  type Build,
  build,
  form,
  hanako,
  idpEntityId,
  type Keys,
  requestId,
  spEntityId,
  times,
} from "@/tests/support/saml.ts";
import { both, replace } from "../../unit/federation/changes.ts";

/** Attacks that only a whole login can show: over several logins, several browsers, or behind the validation. */
const portal = demoPortal();

/** The provider's own key: whoever has it writes what they like, so what is refused here is refused for another reason than its signature. */
let keys: Record<"a" | "b", KeyPair>;

beforeAll(async () => {
  await portal.logIn("hanako");
  keys = { a: await serviceKey(portal.world, "demo-a"), b: await serviceKey(portal.world, "demo-b") };
});

/** What a provider answers to the request in the URL, with changes: the fields that its page would post. */
function answerWith(ssoUrl: string, options: Build & { of?: "a" | "b" } = {}): Record<string, string> {
  const { of = "a", assertion = same, ...rest } = options;
  const now = Date.now();
  const asked = requestIn(ssoUrl).getAttribute("ID") ?? "";
  const minutes = (count: number) => new Date(now + count * 60_000).toISOString();
  const actual = (xml: string) =>
    xml
      .replaceAll(acsUrl, acsUrlOf(portal.world))
      .replaceAll(spEntityId, entityIdOf(portal.world))
      .replaceAll(idpEntityId, demoInstitutions[of].entityId)
      .replaceAll(`"${requestId}"`, `"${asked}"`)
      .replaceAll(times.issued, minutes(0))
      .replaceAll(times.notBefore, minutes(-1))
      .replaceAll(times.notOnOrAfter, minutes(5))
      .replaceAll(times.authenticated, minutes(-2));
  const xml = build({} as Keys, {
    key: keys[of],
    ...rest,
    assertion: both(assertion, actual),
    response: actual,
  });
  return { SAMLResponse: form(xml), RelayState: new URL(ssoUrl).searchParams.get("RelayState") ?? "" };
}

const same = (xml: string) => xml;
let serial = 0;
const fresh = () => ({ assertionId: `_fresh${serial++}` });

/** Who is logged in at the end, or the code of the refusal. */
async function endOf(who: PlainBrowser, fields: Record<string, string>): Promise<string | null> {
  const back = await arrive(who, fields);
  const code = codeOf(back);
  if (locationOf(back).includes("/login/error")) return code;
  // Where one sees what one's institution released, and what is missing in it.
  if (locationOf(back).includes("/login/attributes")) return "no identifier";
  const end = await who.get(locationOf(back));
  if (locationOf(end).includes("/login/error")) return codeOf(end);
  return (await portal.memberOf(who))?.subject ?? "nobody";
}

const person = "uniqueId:f00d@a.example.ac.jp";

test("an answer written by these tests is one that logs somebody in", async () => {
  const who = portal.browser();
  expect(await endOf(who, answerWith(await choose(who), fresh()))).toBe(person);
});

describe("an assertion logs in once", () => {
  test("not again in another login of the same browser, nor of another one", async () => {
    const who = portal.browser();
    const once = fresh();
    expect(await endOf(who, answerWith(await choose(who), once))).toBe(person);
    expect(await endOf(who, answerWith(await choose(who), once))).toBe("replayed");
    const other = portal.browser();
    expect(await endOf(other, answerWith(await choose(other), once))).toBe("replayed");
    expect(await portal.memberOf(other)).toBeNull();
  });

  test("of two at once in two browsers, one", async () => {
    const once = fresh();
    const browsers = [portal.browser(), portal.browser(), portal.browser()];
    const answers = await Promise.all(browsers.map(async (who) => answerWith(await choose(who), once)));
    const ends = await Promise.all(browsers.map((who, n) => endOf(who, answers[n] ?? {})));
    expect(ends.sort()).toEqual(["replayed", "replayed", person]);
  });

  test.each([
    ["an unsigned copy", { sign: "none" as const }, "unsigned"],
    [
      "a copy for another service",
      { assertion: replace(`>${spEntityId}<`, ">https://other<") },
      "audience_mismatch",
    ],
    ["a copy that is over", { assertion: replace(times.notOnOrAfter, "2020-01-01T00:00:00Z") }, "expired"],
  ])("and %s that comes before does not use it up", async (_, changed, code) => {
    const once = fresh();
    const thief = portal.browser();
    expect(await endOf(thief, answerWith(await choose(thief), { ...once, ...changed }))).toBe(code);
    const who = portal.browser();
    expect(await endOf(who, answerWith(await choose(who), once))).toBe(person);
  });

  test("of the same ID from two providers, each", async () => {
    const { assertionId } = fresh();
    const replayableUntil = new Date(Date.now() + 60_000);
    for (const issuer of [demoInstitutions.a.entityId, demoInstitutions.b.entityId]) {
      const statement = { issuer, assertionId, replayableUntil };
      await requireFirstUse(portal.db, statement);
      await expect(requireFirstUse(portal.db, statement)).rejects.toThrow("replayed");
    }
  });
});

describe("a provider of the federation", () => {
  test("cannot answer what another was asked, neither in its own name nor in the other's", async () => {
    const who = portal.browser();
    expect(await endOf(who, answerWith(await choose(who, a), { ...fresh(), of: "b" }))).toBe(
      "signature_invalid",
    );
    const inItsName = { ...fresh(), key: keys.b };
    expect(await endOf(who, answerWith(await choose(who, a), inItsName))).toBe("signature_invalid");
    expect(await portal.memberOf(who)).toBeNull();
  });

  test("cannot say who its people are at another one: that value is dropped, the login goes on with the others", async () => {
    const who = portal.browser();
    const attributes = { ...hanako, [attributeNames.eppn]: ["president@b.example.ac.jp"] };
    expect(await endOf(who, answerWith(await choose(who), { ...fresh(), attributes }))).toBe(person);
    expect((await portal.memberOf(who))?.eppn).toBeNull();
  });

  test.each([
    ["of another provider", "hanako@b.example.ac.jp"],
    ["of a part of it that is not registered", "hanako@x.a.example.ac.jp"],
    ["that only ends like its own", "hanako@xa.example.ac.jp"],
    ["with nobody before it", "@a.example.ac.jp"],
    ["behind another one", "hanako@b.example.ac.jp@a.example.ac.jp"],
  ])("logs nobody in by an identifier %s alone", async (_, eppn) => {
    const who = portal.browser();
    const attributes = { [attributeNames.eppn]: [eppn] };
    expect(await endOf(who, answerWith(await choose(who), { ...fresh(), attributes }))).toBe("no identifier");
  });

  test("may write its own scope in other case, and means the same person", async () => {
    const who = portal.browser();
    const attributes = { [attributeNames.uniqueId]: ["F00D@A.Example.AC.jp"] };
    expect(await endOf(who, answerWith(await choose(who), { ...fresh(), attributes }))).toBe(person);
  });

  test("cannot choose whose session it becomes, by attributes named as the portal's own or Jackson's", async () => {
    const victim = await portal.logIn("taro");
    const session = (await portal.memberOf(victim))?.session.id ?? "";
    const memberId = (await portal.memberOf(victim))?.id ?? "";
    const posing = Object.fromEntries(
      ["id", "email", "firstName", "sub", "memberId", "sessionId", "roles", "groups", "institutionId"].map(
        (name) => [name, [name === "memberId" ? memberId : session]],
      ),
    );
    const who = portal.browser();
    const attributes = { ...hanako, ...posing };
    expect(await endOf(who, answerWith(await choose(who), { ...fresh(), attributes }))).toBe(person);
    expect((await portal.memberOf(who))?.session.id).not.toBe(session);
  });

  test("that left the federation has no sessions, and its answers come too late", async () => {
    const who = portal.browser();
    expect(await endOf(who, answerWith(await choose(who), fresh()))).toBe(person);
    const waiting = portal.browser();
    const answer = answerWith(await choose(waiting), fresh());
    const row = await portal.db.identityProvider.delete({ where: { id: a } });
    try {
      expect(await portal.memberOf(who)).toBeNull();
      expect(await endOf(waiting, answer)).toBe("idp_unknown");
    } finally {
      await portal.db.identityProvider.create({ data: row as never });
    }
    expect((await portal.memberOf(who))?.subject).toBe(person);
  });
});

describe("nobody is sent elsewhere", () => {
  test.each([
    "https://stranger.example/",
    "//stranger.example/",
    "/\\stranger.example",
    "javascript:alert(1)",
  ])("by a wish to go to %s", async (to) => {
    const who = portal.browser();
    const back = await arrive(who, answerWith(await choose(who, a, to), fresh()));
    const end = await who.get(locationOf(back));
    expect(new URL(locationOf(end)).origin).toBe(base);
    expect(await portal.memberOf(who)).not.toBeNull();
  });

  test("by a RelayState that is an address", async () => {
    const who = portal.browser();
    const fields = answerWith(await choose(who), fresh());
    const back = await arrive(who, { ...fields, RelayState: "https://stranger.example/" });
    expect(codeOf(back)).toBe("request_unknown");
    expect(new URL(locationOf(back)).origin).toBe(base);
  });

  test("by a callback address that somebody put into the cookies", async () => {
    const who = portal.browser();
    const back = await arrive(who, answerWith(await choose(who), fresh()));
    for (const name of who.cookies.keys())
      if (name.includes("callback-url"))
        who.cookies.set(name, encodeURIComponent("https://stranger.example/"));
    expect(new URL(locationOf(await who.get(locationOf(back)))).origin).toBe(base);
  });
});

describe("nobody is logged in as somebody else", () => {
  test("by an answer nobody asked for, however genuine", async () => {
    const who = portal.browser();
    const { SAMLResponse = "" } = answerWith(await choose(who), fresh());
    const victim = portal.browser();
    expect(await endOf(victim, { SAMLResponse, RelayState: "invented" })).toBe("request_unknown");
    expect(await endOf(victim, { SAMLResponse, RelayState: "" })).toBe("request_unknown");
  });

  test("by being made to post an attacker's answer, or to open an attacker's code", async () => {
    const attacker = portal.browser();
    const fields = answerWith(await choose(attacker), fresh());
    const victim = portal.browser();
    await choose(victim);
    const back = await arrive(victim, fields);
    expect(codeOf(await victim.get(locationOf(back)))).toBe("other_browser");
    expect(await portal.memberOf(victim)).toBeNull();
  });
});
