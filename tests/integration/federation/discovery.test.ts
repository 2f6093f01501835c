/** The choice of the institution at the federation's own page: there, back, and every way back that is wrong. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { goToDiscovery } from "@/server/federation/discovery/central.ts";
import { refreshFederation } from "@/server/federation/metadata/refresh.ts";
import { spMetadata } from "@/server/federation/service/metadata.ts";
import { entityIdOf } from "@/server/federation/world.ts";
import { a, answerOf, arrive, b, base, codeOf, demoPortal, locationOf } from "@/tests/support/demo-login.ts";
import { openDiscoveryService } from "@/tests/support/discovery-service.ts";
import type { PlainBrowser } from "@/tests/support/plain-browser.ts";

let service: Awaited<ReturnType<typeof openDiscoveryService>>;

beforeAll(async () => {
  const choices = Object.values(demoInstitutions).map(({ entityId, nameJa }) => ({ entityId, name: nameJa }));
  service = await openDiscoveryService(choices, () => spMetadata(portal.world));
  process.env.DISCOVERY_SERVICE_URL = `${service.url}?lang=ja&from=%E5%AD%A6%E8%AA%8D`;
});

const portal = demoPortal();

beforeAll(() => refreshFederation(portal.world));
afterAll(() => service.close());

/** To the federation's page, by the button of ours; its address. */
async function goThere(who: PlainBrowser, to = "/ja/certs/3"): Promise<URL> {
  const response = await who.post("/login/discovery", { to, locale: "ja" });
  expect(response.status).toBe(303);
  return new URL(locationOf(response));
}

/** Where the federation's page sends the browser after the choice. */
async function chooseThere(there: URL, chosen: string): Promise<string> {
  const choice = new URL(there);
  choice.searchParams.set("chosen", chosen);
  const answer = await fetch(choice, { redirect: "manual" });
  expect(answer.status).toBe(302);
  return locationOf(answer);
}

const { entityId: entityA } = demoInstitutions.a;

describe("the federation's own page", () => {
  test("is asked with our name, a registered way back, and its own parameters", async () => {
    const there = await goThere(portal.browser());
    expect(there.href.startsWith(`${service.url}?lang=ja&from=%E5%AD%A6%E8%AA%8D&`)).toBe(true);
    expect(there.searchParams.get("entityID")).toBe(entityIdOf(portal.world));
    expect(there.searchParams.get("returnIDParam")).toBe("entityID");
    expect(there.searchParams.has("isPassive")).toBe(false);
    expect(new URL(there.searchParams.get("return") ?? "").origin).toBe(base);
    const page = await fetch(there);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("デモ高専B");
  });

  test("is not asked while no choice could be followed", async () => {
    const source = {
      demo: false,
      url: "file:///no/such/metadata.xml",
      certificates: "/no/such.pem",
    } as const;
    const response = await goToDiscovery(
      { ...portal.world, source },
      new Request(`${base}/login/discovery`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", origin: base },
        body: new URLSearchParams({ to: "/ja/certs", locale: "ja" }),
      }),
    );
    expect(codeOf(response)).toBe("federation_unavailable");
  });

  test("leads to a login at the institution that was chosen, and to the page that was wanted", async () => {
    const who = portal.browser();
    const back = await who.get(await chooseThere(await goThere(who), entityA));
    expect(back.status).toBe(303);
    expect(locationOf(back)).toContain("/demo-idp/a/sso");
    expect([...who.cookies.keys()].filter((name) => name.startsWith("discovery."))).toEqual([]);
    const end = await who.get(locationOf(await arrive(who, await answerOf(who, locationOf(back), "hanako"))));
    expect(locationOf(end)).toBe(`${base}/ja/certs/3`);
    expect(await portal.memberOf(who)).not.toBeNull();
  });

  test("is remembered as a choice made here", async () => {
    const who = portal.browser();
    await who.get(await chooseThere(await goThere(who), entityA));
    await who.get(await chooseThere(await goThere(who), demoInstitutions.b.entityId));
    expect(decodeURIComponent(who.cookies.get("last_idps") ?? "")).toBe(`${b},${a}`);
    await who.post("/login/forget", { locale: "ja", to: "/ja/certs" });
    expect(who.cookies.has("last_idps")).toBe(false);
  });

  test("may be left without a choice: the login page says so, and still knows where to go", async () => {
    const who = portal.browser();
    const back = await who.get(await chooseThere(await goThere(who, "/en/certs/7"), ""));
    const { pathname, searchParams } = new URL(locationOf(back));
    expect(pathname).toBe("/ja/login");
    expect(Object.fromEntries(searchParams)).toEqual({ to: "/en/certs/7", nothing: "chosen" });
  });

  test("serves several tabs at once, in any order", async () => {
    const who = portal.browser();
    const [one, two] = [await goThere(who, "/ja/certs/1"), await goThere(who, "/ja/certs/2")];
    const second = await who.get(await chooseThere(two, ""));
    const first = await who.get(await chooseThere(one, ""));
    expect(new URL(locationOf(second)).searchParams.get("to")).toBe("/ja/certs/2");
    expect(new URL(locationOf(first)).searchParams.get("to")).toBe("/ja/certs/1");
  });

  test("also offers institutions that are not listed here", async () => {
    await portal.db.identityProvider.update({ where: { id: a }, data: { hidden: true } });
    const who = portal.browser();
    const back = await who.get(await chooseThere(await goThere(who), entityA));
    expect(locationOf(back)).toContain("/demo-idp/a/sso");
    await portal.db.identityProvider.update({ where: { id: a }, data: { hidden: false } });
  });

  test("keeps a browser's cookies few", async () => {
    const who = portal.browser();
    for (let n = 0; n < 12; n++) await goThere(who);
    const held = [...who.cookies.keys()].filter((name) => name.startsWith("discovery."));
    expect(held.length).toBeLessThanOrEqual(5);
  });
});

describe("a way back that is wrong", () => {
  type Wrong = [name: string, change: (back: URL) => void, code: string];
  test.each<Wrong>([
    ["no state", ({ searchParams }) => searchParams.delete("state"), "discovery_unknown"],
    ["an empty state", ({ searchParams }) => searchParams.set("state", ""), "discovery_unknown"],
    ["a state made up", ({ searchParams }) => searchParams.set("state", "x".repeat(32)), "discovery_unknown"],
    ["two states", ({ searchParams }) => searchParams.append("state", "x"), "discovery_unknown"],
    ["two choices", ({ searchParams }) => searchParams.append("entityID", entityA), "discovery_malformed"],
    [
      "a choice longer than any entityID",
      ({ searchParams }) => searchParams.set("entityID", `https://${"a".repeat(1100)}`),
      "discovery_malformed",
    ],
    [
      "a choice that nobody knows",
      ({ searchParams }) => searchParams.set("entityID", "https://evil.example/idp"),
      "idp_unknown",
    ],
    [
      "a known choice with a blank behind it",
      ({ searchParams }) => searchParams.set("entityID", `${entityA} `),
      "idp_unknown",
    ],
    [
      "ourselves as the choice",
      ({ searchParams }) => searchParams.set("entityID", entityIdOf(portal.world)),
      "idp_unknown",
    ],
  ])("is refused: %s", async (_, change, code) => {
    const who = portal.browser();
    const back = new URL(await chooseThere(await goThere(who), entityA));
    change(back);
    const answer = await who.get(back.href);
    expect(new URL(locationOf(answer)).pathname).toBe("/ja/login/error");
    expect(codeOf(answer)).toBe(code);
    expect(who.cookies.has("last_idps")).toBe(false);
  });

  test("is refused in another browser, so nobody is sent to an institution they did not choose", async () => {
    const back = await chooseThere(await goThere(portal.browser()), entityA);
    const other = portal.browser();
    await goThere(other);
    expect(codeOf(await other.get(back))).toBe("discovery_unknown");
  });

  test("is refused the second time", async () => {
    const who = portal.browser();
    const back = await chooseThere(await goThere(who), entityA);
    expect(locationOf(await who.get(back))).toContain("/demo-idp/a/sso");
    expect(codeOf(await who.get(back))).toBe("discovery_unknown");
  });

  test("is refused after a quarter of an hour", async () => {
    const { comeFromDiscovery } = await import("@/server/federation/discovery/central.ts");
    const who = portal.browser();
    const back = await chooseThere(await goThere(who), entityA);
    const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const later = { ...portal.world, now: () => new Date(Date.now() + 15 * 60_000) };
    const answer = await comeFromDiscovery(later, new Request(back, { headers: { cookie } }));
    expect(codeOf(answer)).toBe("request_expired");
  });

  test.each([
    ["another site", "https://evil.example/"],
    ["another site without its protocol", "//evil.example/"],
    ["a script", "javascript:alert(1)"],
  ])("cannot lead to %s", async (_, to) => {
    const who = portal.browser();
    const back = new URL(await chooseThere(await goThere(who, to), ""));
    back.searchParams.set("to", to);
    expect(new URL(locationOf(await who.get(back.href))).searchParams.get("to")).toBe("/ja/certs");
  });

  test("is refused for an institution that has left the federation", async () => {
    const who = portal.browser();
    const back = await chooseThere(await goThere(who), entityA);
    await portal.db.identityProvider.delete({ where: { id: a } });
    expect(codeOf(await who.get(back))).toBe("idp_unknown");
    await refreshFederation(portal.world);
  });
});

describe("the way there", () => {
  test("cannot be begun by another site", async () => {
    const who = portal.browser();
    const answer = await who.post(
      "/login/discovery",
      { to: "/ja/certs", locale: "ja" },
      { headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" } },
    );
    expect(codeOf(answer)).toBe("cross_site");
    expect(who.cookies.size).toBe(0);
  });

  test("has a cookie that scripts, plain connections and other sites do not get", async () => {
    const { goToDiscovery } = await import("@/server/federation/discovery/central.ts");
    const world = { ...portal.world, baseUrl: "https://portal.example.ac.jp" };
    const request = new Request(`${world.baseUrl}/login/discovery`, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ to: "/ja/certs", locale: "ja" }),
    });
    const [cookie] = (await goToDiscovery(world, request)).headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-discovery\.[0-9a-f]{32}=[^;]*; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  test("where there is no such page is our own", async () => {
    const { goToDiscovery } = await import("@/server/federation/discovery/central.ts");
    const request = new Request(`${base}/login/discovery`, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({ to: "/ja/certs/3", locale: "ja" }),
    });
    const answer = await goToDiscovery({ ...portal.world, discoveryService: undefined }, request);
    expect(locationOf(answer)).toBe(`${base}/ja/login?to=%2Fja%2Fcerts%2F3`);
  });
});

describe("a search without JavaScript", () => {
  test.each([
    ["a mail address", "hanako@a.example.ac.jp", "@a.example.ac.jp"],
    ["a name", "デモ大学", "デモ大学"],
    ["nothing", " ", null],
  ])("goes on with what may be in an address: %s", async (_, q, asked) => {
    const answer = await portal.browser().post("/login/search", { q, to: "/ja/certs/3", locale: "ja" });
    expect(answer.status).toBe(303);
    const { pathname, searchParams } = new URL(locationOf(answer));
    expect(pathname).toBe("/ja/login");
    expect(searchParams.get("q")).toBe(asked);
    expect(searchParams.get("to")).toBe("/ja/certs/3");
    expect(locationOf(answer)).not.toContain("hanako");
  });
});
