import "@/tests/support/quiet.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "@/server/db.ts";
import { providerByEntityId, providerForLogin } from "@/server/federation/metadata/lookup.ts";
import { providerIdOf } from "@/server/federation/metadata/read-providers.ts";
import { federationReady, refreshFederation, refreshWhenDue } from "@/server/federation/metadata/refresh.ts";
import { type KeyPair, makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";
import { type Federation, entityIdOf as ownEntityId, type RealSource } from "@/server/federation/world.ts";
import { examine } from "@/server/health.ts";
import { testDatabase } from "@/tests/support/database.ts";
import {
  aggregateOf,
  documentOf,
  entityIdOf,
  type MetadataSource,
  metadataSource,
} from "@/tests/support/metadata-source.ts";
import { signMetadata } from "@/tests/support/sign-metadata.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let db: Database;
let service: MetadataSource;
let signer: KeyPair;
let other: KeyPair;
let clock = new Date();

/** What the service knows: entityID → document, or what to answer instead. */
const known = new Map<string, { document: string; headers?: Record<string, string> } | { status: number }>();

beforeAll(async () => {
  db = await testDatabase();
  [signer, other] = await Promise.all([makeKeyPair("federation", clock), makeKeyPair("other", clock)]);
});
beforeEach(async () => {
  // One that has been asked for nothing, for what it does not know is remembered for a while.
  clock = new Date(clock.getTime() + day);
  service = await metadataSource();
  known.clear();
  for (const table of [db.identityProvider, db.federationState, db.federationRefresh] as {
    deleteMany: () => Promise<unknown>;
  }[])
    await table.deleteMany();
  service.answer = (request, response) => {
    const [, path = ""] = /^\/mdq\/entities\/([^/]+)$/.exec(request.url ?? "") ?? [];
    const found = known.get(decodeURIComponent(path)) ?? { status: 404 };
    if ("status" in found) return void response.writeHead(found.status).end();
    const { document, headers = {} } = found;
    const same = headers.etag && request.headers["if-none-match"] === headers.etag;
    response.writeHead(same ? 304 : 200, { "content-type": "application/samlmetadata+xml", ...headers });
    response.end(same ? undefined : document);
  };
  return () => service.close();
});
afterAll(() => service?.close().catch(() => {}));

const world = (changed: Partial<RealSource> = {}) =>
  ({
    db,
    now: () => clock,
    baseUrl: "http://localhost:3000",
    source: {
      demo: false,
      mdq: true,
      url: `${service.url}/mdq`,
      certificates: pemOf(signer.certificate, "CERTIFICATE"),
      ...changed,
    },
  }) as Federation;

type Copy = { by?: KeyPair; until?: Date; certificate?: string; attributes?: string };

const documentFor = (name: string, { by = signer, until, certificate, attributes = "" }: Copy = {}) =>
  documentOf(
    { name, certificate: certificate ?? signer.certificate, attributes },
    { signer: by, validUntil: until ?? new Date(clock.getTime() + 7 * day) },
  );

const publish = (name: string, headers: Record<string, string> = {}, copy: Copy = {}) =>
  known.set(entityIdOf(name), { document: documentFor(name, copy), headers });

const later = (milliseconds: number) => {
  clock = new Date(clock.getTime() + milliseconds);
};
const find = (name: string, changed?: Partial<RealSource>) =>
  providerByEntityId(world(changed), entityIdOf(name));
const rows = () => db.identityProvider.count();

describe("an institution that somebody comes from", () => {
  test("is asked for by its entityID, and kept", async () => {
    publish("a");
    expect(await find("a")).toMatchObject({
      id: providerIdOf(entityIdOf("a")),
      entityId: entityIdOf("a"),
      ssoRedirect: "https://idp.a.example.ac.jp/sso",
      certificates: [signer.certificate],
      scopes: [{ value: "a.example.ac.jp", regexp: false }],
    });
    expect(service.requests[0]?.url).toBe(`/mdq/entities/${encodeURIComponent(entityIdOf("a"))}`);
    expect(service.requests[0]?.headers.accept).toContain("application/samlmetadata+xml");
    await find("a");
    expect(service.requests).toHaveLength(1);
  });

  test("is asked for once by many who come at the same moment", async () => {
    publish("a");
    const found = await Promise.all(Array.from({ length: 8 }, () => find("a")));
    expect(new Set(found.map((provider) => provider?.entityId))).toEqual(new Set([entityIdOf("a")]));
    expect(service.requests).toHaveLength(1);
  });

  test("and that the federation does not know is nobody, for a minute without being asked for", async () => {
    expect(await find("nobody")).toBeNull();
    expect(await find("nobody")).toBeNull();
    expect(service.requests).toHaveLength(1);
    publish("nobody");
    later(2 * minute);
    expect(await find("nobody")).not.toBeNull();
  });

  test("by an id that is none is nobody", async () => {
    expect(await providerForLogin(world(), "\0")).toBeNull();
  });

  test("under a name that is none is not asked for", async () => {
    for (const name of ["", "no uri", `https://${"a".repeat(1100)}.example.ac.jp`])
      expect(await providerByEntityId(world(), name)).toBeNull();
    expect(service.requests).toHaveLength(0);
  });
});

describe("what the service gives is refused", () => {
  const wrong: [string, () => string][] = [
    ["signed by another", () => documentFor("a", { by: other })],
    [
      "changed after the signature",
      () => documentFor("a").replace("https://idp.a.example.ac.jp/sso", "https://evil.example/sso"),
    ],
    ["over", () => documentFor("a", { until: new Date(clock.getTime() - 1) })],
    ["in force for too long", () => documentFor("a", { until: new Date(clock.getTime() + 16 * day) })],
    ["another, genuine institution", () => documentFor("b")],
    [
      "a whole federation",
      () =>
        aggregateOf([{ name: "a", certificate: signer.certificate }], {
          signer,
          validUntil: new Date(clock.getTime() + day),
        }),
    ],
    [
      "larger than an institution",
      () => documentFor("a").replace("</md:Entity", `${" ".repeat(1_100_000)}</md:Entity`),
    ],
    ["a page", () => "<html/>"],
  ];
  test.each(wrong)("when it is %s", async (_, make) => {
    known.set(entityIdOf("a"), { document: make() });
    await expect(find("a")).rejects.toThrow("federation_unavailable");
    expect(await rows()).toBe(0);
  });

  test("and so is its silence, when nothing was known", async () => {
    service.answer = () => {};
    await expect(find("a", { silence: 200 })).rejects.toThrow("federation_unavailable");
  });
});

describe("an institution that is known", () => {
  test("is asked for again when its time has come, and changes", async () => {
    publish("a", { etag: '"1"' });
    await find("a");
    publish("a", { etag: '"2"' }, { certificate: other.certificate });
    later(61 * minute);
    expect((await find("a"))?.certificates).toEqual([other.certificate]);
    expect(service.requests[1]?.headers["if-none-match"]).toBe('"1"');
  });

  test("stays as it is when the service says so", async () => {
    publish("a", { etag: '"1"' });
    await find("a");
    later(61 * minute);
    expect(await find("a")).not.toBeNull();
    await find("a");
    expect(service.requests).toHaveLength(2);
  });

  test.each<[string, Record<string, string>, string, number]>([
    ["as the service's cache allows", { "cache-control": "max-age=1800" }, "", 30],
    ["as the federation asks", {}, ' cacheDuration="PT20M"', 20],
    ["not at every click, whatever they say", { "cache-control": "no-cache" }, "", 10],
    ["and after an hour when neither says anything", {}, "", 60],
    ["and after an hour when one of them says more", { "cache-control": "max-age=999999" }, "", 60],
  ])("is asked for again %s", async (_, headers, attributes, minutes) => {
    publish("a", headers, { attributes });
    await find("a");
    later((minutes - 1) * minute);
    await find("a");
    expect(service.requests).toHaveLength(1);
    later(2 * minute);
    await find("a");
    expect(service.requests).toHaveLength(2);
  });

  test("and that the federation does not know any more has gone", async () => {
    publish("a");
    await find("a");
    known.delete(entityIdOf("a"));
    later(61 * minute);
    expect(await providerForLogin(world(), providerIdOf(entityIdOf("a")))).toBeNull();
    expect(await rows()).toBe(0);
  });

  test("and that is no identity provider any more has gone too", async () => {
    publish("a");
    await find("a");
    const until = new Date(clock.getTime() + day).toISOString();
    const text = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" ID="_one" entityID="${entityIdOf("a")}" validUntil="${until}"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></EntityDescriptor>`;
    known.set(entityIdOf("a"), { document: signMetadata(text, "_one", signer.privateKey) });
    later(61 * minute);
    expect(await find("a")).toBeNull();
    expect(await rows()).toBe(0);
  });

  test("stays when what the service gives of it is signed by nobody", async () => {
    publish("a");
    await find("a");
    const document = documentFor("a", { certificate: other.certificate });
    known.set(entityIdOf("a"), { document: document.replace(/<ds:Signature.*?<\/ds:Signature>/s, "") });
    later(61 * minute);
    expect((await find("a"))?.certificates).toEqual([signer.certificate]);
  });

  test("stays in force while the service fails, without being asked for at every click, until its end", async () => {
    publish("a");
    await find("a");
    known.set(entityIdOf("a"), { status: 500 });
    later(61 * minute);
    expect(await find("a")).not.toBeNull();
    expect(await find("a")).not.toBeNull();
    expect(service.requests).toHaveLength(2);
    later(7 * day);
    await expect(find("a")).rejects.toThrow("federation_unavailable");
    // The row stays: when the service is back, who comes with a bookmark of it is known again.
    publish("a");
    expect(await providerForLogin(world(), providerIdOf(entityIdOf("a")))).not.toBeNull();
  });
});

describe("whoever keeps the service busy", () => {
  test("keeps nobody from an institution that is in force", async () => {
    publish("a");
    await find("a");
    later(61 * minute);
    service.answer = () => {};
    const strangers = Array.from({ length: 16 }, (_, n) => find(`stranger-${n}`, { silence: 1000 }));
    const settled = Promise.allSettled(strangers);
    expect(await find("a")).not.toBeNull();
    await settled;
  });

  test("by a copy from before the one in force, which is refused", async () => {
    publish("a");
    await find("a");
    later(61 * minute);
    const until = new Date(clock.getTime() + day);
    publish("a", {}, { certificate: other.certificate, until });
    expect((await find("a"))?.certificates).toEqual([signer.certificate]);
  });

  test("by an answer that never ends is not listened to for ever", async () => {
    service.answer = (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    };
    await expect(find("a", { silence: 5000, longest: 300 })).rejects.toThrow("federation_unavailable");
  });
});

describe("the federation", () => {
  const own = () => ownEntityId(world());
  const health = async () =>
    (await examine({ db, now: clock, openCa: null, hosted: true, since: new Date(0) })).parts.federation;

  test("is ready when the service answers, even when it does not know us", async () => {
    expect(await federationReady(world())).toBe(true);
    expect(await health()).toBe("ok");
    expect(service.requests[0]?.url).toBe(`/mdq/entities/${encodeURIComponent(own())}`);
    expect(await db.federationRefresh.findFirst()).toMatchObject({
      source: `MDQ at ${service.url}/mdq`,
      outcome: "loaded",
      detail: expect.stringContaining("not known there"),
    });
  });

  test("is not when the service fails", async () => {
    known.set(own(), { status: 503 });
    expect(await federationReady(world())).toBe(false);
    expect(await health()).toBe("metadata refused");
    expect(await db.federationRefresh.findFirst()).toMatchObject({ outcome: "unreachable" });
  });

  test("is not when another signs for it", async () => {
    known.set(own(), { document: documentFor("a", { by: other }) });
    expect(await federationReady(world())).toBe(false);
    expect((await db.federationState.findFirst())?.failure).toMatch(/^signature_invalid/);
  });

  test("that was read whole before is no more believed in", async () => {
    await db.identityProvider.create({
      data: {
        id: providerIdOf("urn:left"),
        entityId: "urn:left",
        nameJa: "",
        nameEn: "",
        search: "",
        certificates: [],
        domains: [],
        categories: [],
        validUntil: new Date(clock.getTime() + day),
      },
    });
    await refreshFederation(world());
    expect(await rows()).toBe(0);
  });

  test("is asked, between logins, for the institutions of those who are logged in", async () => {
    publish("a");
    publish("b");
    await find("a");
    await find("b");
    const institution = await db.institution.create({
      data: {
        entityId: entityIdOf("a"),
        nameJa: "a",
        nameEn: "a",
        dnBase: "O=a",
        members: {
          create: {
            subject: "eppn:hanako@a.example.ac.jp",
            displayName: "Hanako Kokuritsu",
            mails: [],
            sessions: {
              create: {
                createdAt: clock,
                authnAt: clock,
                expiresAt: new Date(clock.getTime() + 8 * hour),
                assurance: [],
              },
            },
          },
        },
      },
    });
    known.clear();
    later(61 * minute);
    await refreshWhenDue(world());
    expect(await db.identityProvider.findMany({ select: { entityId: true } })).toEqual([
      { entityId: entityIdOf("b") },
    ]);
    await db.member.deleteMany({ where: { institutionId: institution.id } });
    await db.institution.delete({ where: { id: institution.id } });
  });
});
