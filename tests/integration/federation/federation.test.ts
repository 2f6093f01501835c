import "@/tests/support/quiet.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { showAggregate, showLogin, takeForm } from "@/server/federation/demo/doors.ts";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { searchProviders } from "@/server/federation/discovery/search.ts";
import { beginLogin } from "@/server/federation/login/login.ts";
import { requireFirstUse } from "@/server/federation/login/replay.ts";
import { findProviders, providerInForce } from "@/server/federation/metadata/providers.ts";
import { federationReady, refreshFederation } from "@/server/federation/metadata/refresh.ts";
import { serviceKeys } from "@/server/federation/service/keys-in-force.ts";
import { spMetadata } from "@/server/federation/service/metadata.ts";
import { a, answerOf, arrive, b, choose, codeOf, demoPortal } from "@/tests/support/demo-login.ts";

const portal = demoPortal();

beforeAll(async () => {
  await refreshFederation(portal.world);
});

describe("the federation", () => {
  test("is searched in both languages, by keyword and by domain", async () => {
    const names = async (q: string) =>
      (await searchProviders(portal.db, { q, locale: "ja", limit: 10 })).institutions.map(
        ({ nameEn }) => nameEn,
      );
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
    // No database knows it; it comes with a query such as `?q=%00`.
    expect(await names("demo\u0000univ")).toEqual(university);
  });

  test("keeps the last good copy when a refresh fails, and says why it failed", async () => {
    const broken = {
      ...portal.world,
      source: { demo: false as const, url: "file:///nowhere/metadata.xml", certificates: "" },
    };
    await expect(refreshFederation(broken)).rejects.toThrow("unreachable");
    expect((await portal.db.federationState.findFirst())?.failure).toContain("unreachable");
    expect(await portal.db.identityProvider.count()).toBe(2);
    await refreshFederation(portal.world);
    expect((await portal.db.federationState.findFirst())?.failure).toBeNull();
  });

  test("that was changed for another is not believed any more, however often the other cannot be read", async () => {
    const changed = {
      ...portal.world,
      source: { demo: false as const, url: "file:///nowhere/other.xml", certificates: "" },
    };
    const begin = () => beginLogin(changed, { idpId: a, to: null, locale: "ja", jar: {} });
    for (const _ of ["at first", "and after it has failed"]) {
      expect(await federationReady(changed)).toBe(false);
      await expect(begin()).rejects.toThrow("federation_unavailable");
    }
    await refreshFederation(portal.world);
    expect(await federationReady(portal.world)).toBe(true);
  });

  test("that lost an institution lets nobody in from there, and ends their sessions", async () => {
    const who = await portal.logIn("tanaka", b);
    const under = await answerOf(portal.browser(), await choose(portal.browser(), b), "tanaka").catch(
      () => ({}),
    );
    await portal.db.identityProvider.delete({ where: { id: b } });
    expect(await portal.memberOf(who)).toBeNull();
    expect(await findProviders(portal.db, [b])).toEqual([]);
    const start = await portal.browser().post("/login/start", { idp: b, to: "", locale: "ja" });
    expect(codeOf(start)).toBe("idp_unknown");
    expect(codeOf(await arrive(portal.browser(), under))).toBe("idp_unknown");
    expect(
      await portal.db.member.count({ where: { institution: { entityId: demoInstitutions.b.entityId } } }),
    ).toBe(1);
    await refreshFederation(portal.world);
    expect(await portal.memberOf(who)).not.toBeNull();
  });

  test("whose metadata are over lets nobody in until they are refreshed", async () => {
    const later = { ...portal.world, now: () => new Date(Date.now() + 30 * 24 * 60 * 60 * 1000) };
    const unreachable = {
      ...later,
      source: { demo: false as const, url: "file:///nowhere", certificates: "" },
    };
    expect(await federationReady(unreachable)).toBe(false);
    expect(await providerInForce(portal.db, a, portal.world.now())).not.toBeNull();
    expect(await providerInForce(portal.db, a, later.now())).toBeNull();
    const soonAfter = { ...later, now: () => new Date(later.now().getTime() + 10 * 60_000) };
    expect(await federationReady(soonAfter)).toBe(true);
    await refreshFederation(portal.world);
  });
});

describe("an assertion", () => {
  test("counts once, also when it arrives several times at the same moment", async () => {
    const statement = {
      issuer: demoInstitutions.a.entityId,
      assertionId: "_once",
      nameId: null,
      attributes: new Map(),
      authnContext: null,
      authnInstant: new Date(),
      sessionUntil: null,
      replayableUntil: new Date(),
    };
    const uses = await Promise.allSettled([1, 2, 3, 4].map(() => requireFirstUse(portal.db, statement)));
    expect(uses.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(requireFirstUse(portal.db, statement)).rejects.toThrow("replayed");
    await requireFirstUse(portal.db, { ...statement, issuer: demoInstitutions.b.entityId });
  });
});

describe("the doors of the demo institutions", () => {
  test("are shut where a real federation is in use", async () => {
    const real = {
      ...portal.world,
      source: { demo: false as const, url: "https://metadata.example.ac.jp", certificates: "" },
    };
    const request = new Request(`${portal.world.baseUrl}/demo-idp/a/sso`);
    expect((await showLogin(real, "a", request)).status).toBe(404);
    expect((await takeForm(real, "a", request)).status).toBe(404);
    expect((await showAggregate(real)).status).toBe(404);
  });
});

describe("our own metadata", () => {
  test("name where answers go, and both keys", async () => {
    const xml = await spMetadata(portal.world);
    expect(xml).toContain(`entityID="${portal.world.baseUrl}/api/saml/metadata"`);
    expect(xml).toContain(`Location="${portal.world.baseUrl}/api/saml/acs"`);
    for (const purpose of ["sp-signing", "sp-encryption"] as const)
      for (const { certificate } of await serviceKeys(portal.world, purpose))
        expect(xml).toContain(certificate);
    expect(xml).not.toContain("PRIVATE");
  });
});

describe("over https", () => {
  test("every cookie of a login is kept from scripts, from plain connections and from other sites", async () => {
    process.env.NEXTAUTH_URL = "https://portal.example.ac.jp";
    const secure = { ...portal.world, baseUrl: "https://portal.example.ac.jp" };
    try {
      const { headers } = await beginLogin(secure, { idpId: a, to: null, locale: "ja", jar: {} });
      const setCookies = headers.getSetCookie().filter((line) => !line.startsWith("last_idps="));
      expect(setCookies.length).toBeGreaterThanOrEqual(3);
      for (const line of setCookies) {
        expect(line).toMatch(/^__Host-/);
        expect(line).not.toContain("Domain");
        for (const attribute of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"])
          expect(line).toContain(attribute);
      }
    } finally {
      process.env.NEXTAUTH_URL = portal.world.baseUrl;
    }
  });
});
