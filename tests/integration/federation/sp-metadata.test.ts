import "@/tests/support/quiet.ts";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pemOf } from "@/server/federation/service/keys.ts";
import { publishedKeys, readKeysAgain } from "@/server/federation/service/keys-in-force.ts";
import { spMetadata } from "@/server/federation/service/metadata.ts";
import { showMetadata } from "@/server/federation/service/metadata-door.ts";
import type { Registrant } from "@/server/federation/service/registrant.ts";
import { addKeys, switchKeys } from "@/server/federation/service/rollover.ts";
import type { Federation } from "@/server/federation/world.ts";
import { type Element, everyElement, parseXml, textOf } from "@/server/federation/xml/tree.ts";
import { sealing } from "@/server/secrets/sealing.ts";
import { testDatabase } from "@/tests/support/database.ts";
import { openSchemas } from "@/tests/support/saml-schemas.ts";
import { run, tool } from "@/tests/support/tools.ts";

const start = new Date("2026-11-22T01:10:00Z");
let now = start;
const world: Federation = {
  db: await testDatabase(),
  now: () => now,
  baseUrl: "https://portal.example.ac.jp",
  secret: "",
  sealing: sealing(randomBytes(32)),
  source: { demo: true },
};

const registrant: Registrant = {
  organization: [
    { language: "ja", name: "国立例大学 <情報&基盤>", url: "https://www.example.ac.jp/" },
    { language: "en", name: "Example University", url: "https://www.example.ac.jp/en/?a=1&b=2" },
  ],
  contacts: [
    { kind: "technical", name: "学術基盤課", mail: "portal-admin@example.ac.jp" },
    { kind: "support", name: null, mail: "support@example.ac.jp" },
    { kind: "administrative", name: null, mail: "office@example.ac.jp" },
    { kind: "security", name: "CSIRT", mail: "csirt@example.ac.jp" },
  ],
  privacyStatementUrl: "https://www.example.ac.jp/privacy?a=1&b=2",
};

const named = (root: Element, name: string) =>
  [...everyElement(root)].filter(({ localName }) => localName === name);
const textsOf = (root: Element, name: string) => named(root, name).map(textOf);
const read = async (own: Federation, signed = true) => parseXml(await spMetadata(own, { signed }));

beforeEach(async () => {
  now = start;
  await world.db.serviceKey.deleteMany();
  readKeysAgain(world);
});

async function beginRollover() {
  await publishedKeys(world, "sp-signing");
  await publishedKeys(world, "sp-encryption");
  now = new Date(now.getTime() + 60_000);
  expect(await addKeys(world)).toHaveProperty("done");
}

const variants: [string, Partial<Federation>][] = [
  ["with nothing set", {}],
  ["with everything set", { registrant }],
  [
    "with an organisation named in one language",
    { registrant: { ...registrant, organization: registrant.organization.slice(0, 1) } },
  ],
  ["with a URN for its entityID", { entityId: "urn:mace:example.ac.jp:portal", registrant }],
  ["at localhost", { baseUrl: "http://localhost:3000" }],
];

describe.skipIf(!tool("xmllint"))("validates against the schemas of SAML metadata", () => {
  let schemas: ReturnType<typeof openSchemas>;
  beforeAll(() => {
    schemas = openSchemas();
    return () => schemas.close();
  });

  describe.each(variants)("%s", (_, own) => {
    test("plain and signed, before a rollover and in it", async () => {
      for (const step of ["before", "in it"]) {
        if (step === "in it") await beginRollover();
        for (const signed of [false, true])
          expect(schemas.complaintsAbout(await spMetadata({ ...world, ...own }, { signed }))).toBe("valid");
      }
    });
  });

  test("which do refuse what is out of its place", async () => {
    const wrong = (await spMetadata(world)).replace(/<md:AssertionConsumerService[^>]*>/, "");
    expect(schemas.complaintsAbout(wrong)).toContain("AttributeConsumingService");
    const typo = (await spMetadata(world)).replace("<mdui:Logo height", "<mdui:Logo hight");
    expect(schemas.complaintsAbout(typo)).toContain("hight");
  });
});

describe("the signature", () => {
  const folder = mkdtempSync(join(tmpdir(), "sp-metadata-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const verifies = (xml: string, certificate: string) => {
    writeFileSync(join(folder, "metadata.xml"), xml);
    writeFileSync(join(folder, "signer.pem"), pemOf(certificate, "CERTIFICATE"));
    const pinned = ["--pubkey-cert-pem", join(folder, "signer.pem"), "--enabled-key-data", "rsa,x509"];
    return run("xmlsec1", [
      "--verify",
      "--id-attr:ID",
      "EntityDescriptor",
      ...pinned,
      join(folder, "metadata.xml"),
    ]).ok;
  };

  test.skipIf(!tool("xmlsec1"))("is by the key that signs, as xmlsec1 sees it", async () => {
    await beginRollover();
    const [next, current] = await publishedKeys(world, "sp-signing");
    if (!next || !current) throw new Error("no rollover");
    const before = await spMetadata({ ...world, registrant });
    expect([verifies(before, current.certificate), verifies(before, next.certificate)]).toEqual([
      true,
      false,
    ]);
    expect(verifies(before.replace("portal-admin@", "somebody@"), current.certificate)).toBe(false);
    await switchKeys(world, { atOnce: true });
    const after = await spMetadata({ ...world, registrant });
    expect([verifies(after, current.certificate), verifies(after, next.certificate)]).toEqual([false, true]);
  });

  test("covers the whole, and the document says how long it is good for", async () => {
    const root = await read(world);
    const [reference, ...more] = named(root, "Reference");
    expect(reference?.getAttribute("URI")).toBe(`#${root.getAttribute("ID")}`);
    expect(more).toEqual([]);
    expect(root.getAttribute("validUntil")).toBe("2026-11-29T01:00:00.000Z");
    expect(root.getAttribute("cacheDuration")).toBe("PT6H");
  });

  test("is left out of what a registrar takes over, and so is an end that would come to pass there", async () => {
    const root = await read(world, false);
    expect(named(root, "Signature")).toEqual([]);
    expect(["ID", "validUntil", "cacheDuration"].filter((name) => root.hasAttribute(name))).toEqual([]);
  });
});

describe("what a federation reads in it", () => {
  test("is known by the metadata's address, or by what is set", async () => {
    expect((await read(world)).getAttribute("entityID")).toBe(
      "https://portal.example.ac.jp/api/saml/metadata",
    );
    const own = await read({ ...world, entityId: "urn:mace:example.ac.jp:portal" });
    expect(own.getAttribute("entityID")).toBe("urn:mace:example.ac.jp:portal");
  });

  test("has each purpose's keys, the newest first, and how to encrypt, ciphers that notice a change first", async () => {
    await beginRollover();
    const descriptors = named(await read(world, false), "KeyDescriptor");
    const keys = descriptors.map((one) => [one.getAttribute("use"), textsOf(one, "X509Certificate")[0]]);
    const wanted = await Promise.all(
      (["signing", "encryption"] as const).map(async (use) =>
        (await publishedKeys(world, `sp-${use}`)).map(({ certificate }) => [use, certificate]),
      ),
    );
    expect(keys).toEqual(wanted.flat());
    expect(keys).toHaveLength(4);
    for (const descriptor of descriptors.slice(2)) {
      const methods = named(descriptor, "EncryptionMethod").map((one) => one.getAttribute("Algorithm") ?? "");
      const modes = methods.flatMap((uri) => /aes\d+-(gcm|cbc)$/.exec(uri)?.[1] ?? []);
      expect(modes).toEqual(["gcm", "gcm", "gcm", "cbc", "cbc", "cbc"]);
      expect(methods.filter((uri) => uri.includes("rsa-"))).toHaveLength(3);
      expect(methods.join(" ")).not.toMatch(/rsa-1_5|tripledes/);
    }
  });

  test("has no algorithm that would be refused here", async () => {
    const methods = named(await read(world), "SigningMethod").map(
      (one) => one.getAttribute("Algorithm") ?? "",
    );
    expect(methods.length).toBeGreaterThan(2);
    expect(methods.filter((uri) => /sha1|dsa-sha1|hmac|md5/.test(uri))).toEqual([]);
  });

  test("has names, pages and a logo for the institutions' own pages", async () => {
    const root = await read(world);
    expect(textsOf(root, "InformationURL")).toEqual([
      "https://portal.example.ac.jp/ja",
      "https://portal.example.ac.jp/en",
    ]);
    expect(textsOf(root, "PrivacyStatementURL")).toEqual([
      "https://portal.example.ac.jp/ja/privacy",
      "https://portal.example.ac.jp/en/privacy",
    ]);
    expect(named(root, "DisplayName").map((one) => one.getAttribute("xml:lang"))).toEqual(["ja", "en"]);
    const own = await read({ ...world, registrant });
    expect(textsOf(own, "PrivacyStatementURL")).toEqual([
      registrant.privacyStatementUrl,
      registrant.privacyStatementUrl,
    ]);
  });

  test("has where the federation's choice of institution comes back to", async () => {
    const [response] = named(await read(world), "DiscoveryResponse");
    expect(response?.getAttribute("Location")).toBe("https://portal.example.ac.jp/api/saml/discovery");
  });

  test("requires three attributes and no more", async () => {
    const requested = named(await read(world), "RequestedAttribute");
    const required = requested.filter((one) => one.getAttribute("isRequired") === "true");
    expect(required.map((one) => one.getAttribute("FriendlyName"))).toEqual([
      "eduPersonPrincipalName",
      "displayName",
      "mail",
    ]);
    expect(new Set(requested.map((one) => one.getAttribute("Name"))).size).toBe(requested.length);
    // A role may be stated by them; whoever has none releases nothing.
    expect(requested.map((one) => one.getAttribute("Name"))).toEqual(
      expect.arrayContaining(["urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "urn:oid:1.3.6.1.4.1.5923.1.5.1.1"]),
    );
  });

  test("has who runs it and whom to reach, as it was set", async () => {
    const root = await read({ ...world, registrant });
    expect(textsOf(root, "OrganizationDisplayName")).toEqual([
      "国立例大学 <情報&基盤>",
      "Example University",
    ]);
    expect(textsOf(root, "OrganizationURL")[1]).toBe("https://www.example.ac.jp/en/?a=1&b=2");
    const contacts = named(root, "ContactPerson").map((one) => [
      one.getAttribute("contactType"),
      one.getAttribute("remd:contactType"),
      ...textsOf(one, "GivenName"),
      ...textsOf(one, "EmailAddress"),
    ]);
    expect(contacts).toEqual([
      ["technical", null, "学術基盤課", "mailto:portal-admin@example.ac.jp"],
      ["support", null, "mailto:support@example.ac.jp"],
      ["administrative", null, "mailto:office@example.ac.jp"],
      ["other", "http://refeds.org/metadata/contactType/security", "CSIRT", "mailto:csirt@example.ac.jp"],
    ]);
  });

  test("has nobody invented where nothing is set", async () => {
    const root = await read(world);
    expect([...named(root, "Organization"), ...named(root, "ContactPerson")]).toEqual([]);
  });
});

describe("its address", () => {
  const ask = (query = "", headers: Record<string, string> = {}) =>
    showMetadata(world, new Request(`https://portal.example.ac.jp/api/saml/metadata${query}`, { headers }));

  test("gives the signed document, and the plain one when asked for it", async () => {
    const answer = await ask();
    expect(answer.headers.get("content-type")).toBe("application/samlmetadata+xml; charset=utf-8");
    expect(await answer.text()).toBe(await spMetadata(world));
    expect(await (await ask("?signed=false")).text()).toBe(await spMetadata(world, { signed: false }));
  });

  test("says so when nothing is new, and no longer when something is", async () => {
    const etag = (await ask()).headers.get("etag") ?? "";
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`])
      expect((await ask("", { "if-none-match": known })).status).toBe(304);
    expect((await ask("?signed=false", { "if-none-match": etag })).status).toBe(200);
    now = new Date(now.getTime() + 40 * 60_000);
    expect((await ask("", { "if-none-match": etag })).status).toBe(304);
    now = new Date(now.getTime() + 20 * 60_000);
    expect((await ask("", { "if-none-match": etag })).status).toBe(200);
    const later = (await ask()).headers.get("etag") ?? "";
    await beginRollover();
    expect((await ask("", { "if-none-match": later })).status).toBe(200);
  });

  test("tells nothing that is secret", async () => {
    const told = await (await ask()).text();
    for (const { privateKey } of await publishedKeys(world, "sp-signing")) {
      expect(told).not.toContain("PRIVATE");
      expect(told).not.toContain(privateKey.split("\n")[1]);
    }
  });
});
