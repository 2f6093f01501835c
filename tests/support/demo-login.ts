/** The portal's doors of a login and the demo institutions, in process, on a database of their own. */
import { inflateRawSync } from "node:zlib";
import { beforeAll, expect } from "vitest";
import type { Database } from "@/server/db.ts";
import { demoCode, demoInstitutions, demoPassword } from "@/server/federation/demo/institutions.ts";
import { providerIdOf } from "@/server/federation/metadata/read-providers.ts";
import { type MemberOfSession, sessionMember } from "@/server/federation/session/sessions.ts";
import type { Federation } from "@/server/federation/world.ts";
import { type Element, parseXml } from "@/server/federation/xml/tree.ts";
import { testDatabaseUrl } from "./database.ts";
import { type Door, hiddenFields, PlainBrowser } from "./plain-browser.ts";

export const base = "http://localhost:3000";
export const a = providerIdOf(demoInstitutions.a.entityId);
export const b = providerIdOf(demoInstitutions.b.entityId);

export const locationOf = (response: Response) => response.headers.get("location") ?? "";
export const codeOf = (response: Response) => new URL(locationOf(response)).searchParams.get("code");

/** What the provider's page posts to the portal: from another site, so without the portal's cookies. */
export const arrive = (who: PlainBrowser, fields: Record<string, string>) =>
  who.post("/api/saml/acs", fields, { lax: true });

/** From the form of the login page to the provider's own page. */
export async function choose(who: PlainBrowser, idp = a, to = "/ja/certs/3"): Promise<string> {
  return askedBy(await who.post("/login/start", { idp, to, locale: "ja" }));
}

/** From the form of a guarded deed, for somebody logged in. */
export async function stepUp(who: PlainBrowser, to = "/ja/certs/3"): Promise<string> {
  return askedBy(await who.post("/login/start", { for: "renew", to, locale: "ja" }));
}

/** Where the portal sends the browser; for HTTP-POST with the fields of the form behind the question mark. */
async function askedBy(response: Response): Promise<string> {
  if (response.status === 303) return locationOf(response);
  expect(response.status).toBe(200);
  const page = await response.text();
  return `${/<form method="post" action="([^"]+)"/.exec(page)?.[1]}?${new URLSearchParams(hiddenFields(page))}`;
}

/** The provider's page, as the browser comes to it from the portal. */
export function visit(who: PlainBrowser, ssoUrl: string): Promise<Response> {
  const { origin, pathname, searchParams } = new URL(ssoUrl);
  if (searchParams.has("SigAlg")) return who.get(ssoUrl);
  return who.post(origin + pathname, Object.fromEntries(searchParams));
}

/** The AuthnRequest in a redirect to a provider. */
export function requestIn(ssoUrl: string): Element {
  const deflated = new URL(ssoUrl).searchParams.get("SAMLRequest") ?? "";
  return parseXml(inflateRawSync(Buffer.from(deflated, "base64")).toString("utf8"));
}

/** What the provider's page would post to the portal. */
export async function answerOf(
  who: PlainBrowser,
  ssoUrl: string,
  user: string,
  { action = "login" }: { action?: "login" | "cancel" } = {},
) {
  const [url = ""] = ssoUrl.split("?");
  let page = await (await visit(who, ssoUrl)).text();
  const fill = async (fields: Record<string, string>) => {
    page = await (await who.post(url, { ...hiddenFields(page), ...fields })).text();
  };
  if (page.includes('name="password"')) await fill({ user, password: demoPassword, action });
  if (page.includes('name="code"')) await fill({ code: demoCode, action: "confirm" });
  return hiddenFields(page);
}

type DemoPortal = {
  world: Federation;
  db: Database;
  browser: () => PlainBrowser;
  /** A whole login, to the page that was wanted. */
  logIn: (user: string, idp?: string) => Promise<PlainBrowser>;
  /** Who is logged in. */
  memberOf: (who: PlainBrowser) => Promise<MemberOfSession | null>;
};

/** To be called once, at the top of a test file. */
export function demoPortal(): DemoPortal {
  let doors: Door[] = [];
  const portal: DemoPortal = {
    world: undefined as unknown as Federation,
    db: undefined as unknown as Database,
    browser: () => new PlainBrowser(base, doors),
    async logIn(user, idp = a) {
      const who = portal.browser();
      const back = await arrive(who, await answerOf(who, await choose(who, idp), user));
      const end = await who.get(locationOf(back));
      expect(locationOf(end)).toBe(`${base}/ja/certs/3`);
      return who;
    },
    memberOf: (who) => sessionMember(portal.world, Object.fromEntries(who.cookies)),
  };

  beforeAll(async () => {
    Object.assign(process.env, {
      DATABASE_URL: await testDatabaseUrl(),
      BASE_URL: base,
      AUTH_SECRET: "a-secret-for-tests-that-is-long-enough",
      SEALING_KEY: Buffer.alloc(32, 7).toString("base64"),
      DEMO_FEDERATION: "true",
    });
    doors = await openDoors();
    const { federation } = await import("@/server/federation/world.ts");
    portal.world = federation();
    portal.db = portal.world.db;
    return () => portal.db.$disconnect();
  });
  return portal;
}

async function openDoors(): Promise<Door[]> {
  const [start, search, forget, toDiscovery, discovery, logout, acs, auth, sso] = await Promise.all([
    import("@/app/login/start/route.ts"),
    import("@/app/login/search/route.ts"),
    import("@/app/login/forget/route.ts"),
    import("@/app/login/discovery/route.ts"),
    import("@/app/api/saml/discovery/route.ts"),
    import("@/app/logout/route.ts"),
    import("@/app/api/saml/acs/route.ts"),
    import("@/app/api/auth/[...nextauth]/route.ts"),
    import("@/app/demo-idp/[idp]/sso/route.ts"),
  ]);
  return [
    { pattern: /^\/login\/start$/, ...start },
    { pattern: /^\/login\/search$/, ...search },
    { pattern: /^\/login\/forget$/, ...forget },
    { pattern: /^\/login\/discovery$/, ...toDiscovery },
    { pattern: /^\/api\/saml\/discovery$/, ...discovery },
    { pattern: /^\/logout$/, ...logout },
    { pattern: /^\/api\/saml\/acs$/, ...acs },
    { pattern: /^\/api\/auth\/(?<nextauth>.*)$/, ...auth },
    { pattern: /^\/demo-idp\/(?<idp>[^/]+)\/sso$/, ...sso },
  ] as Door[];
}
