import { beforeAll, describe, expect, test } from "vitest";
import { type KeyPair, makeKeyPair } from "@/server/federation/keys.ts";
import { type MetadataCode, MetadataRefusal } from "@/server/federation/metadata-refusal.ts";
import { signXml } from "@/server/federation/signature.ts";
import { ns } from "@/server/federation/xml.ts";
import { readWhole } from "@/tests/support/metadata.ts";
import { now } from "@/tests/support/saml.ts";

let signer: KeyPair;
let other: KeyPair;

beforeAll(async () => {
  [signer, other] = (await Promise.all([makeKeyPair("signer", now), makeKeyPair("other", now)])) as [
    KeyPair,
    KeyPair,
  ];
});

const inDays = (days: number) => new Date(now.getTime() + days * 24 * 60 * 60 * 1000).toISOString();

const namespaces = `xmlns:md="${ns.metadata}" xmlns:mdui="${ns.mdui}" xmlns:mdrpi="${ns.mdrpi}" xmlns:mdattr="${ns.mdattr}" xmlns:saml="${ns.assertion}" xmlns:shibmd="${ns.shibmd}" xmlns:ds="${ns.signature}"`;

const idp = (name: string, inside = "", attributes = "") => `
<md:EntityDescriptor entityID="https://${name}.example.ac.jp/idp"${attributes}>
<md:Extensions><mdrpi:RegistrationInfo registrationAuthority="https://federation.example.ac.jp"/>${inside}</md:Extensions>
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" errorURL="https://${name}.example.ac.jp/help?code=ERRORURL_CODE&amp;at=ERRORURL_TS">
<md:Extensions><shibmd:Scope regexp="false">${name}.example.ac.jp</shibmd:Scope><shibmd:Scope regexp="true">.*\\.${name}\\.example\\.ac\\.jp</shibmd:Scope>
<mdui:UIInfo><mdui:DisplayName xml:lang="ja">${name}大学</mdui:DisplayName><mdui:DisplayName xml:lang="en">${name} University</mdui:DisplayName>
<mdui:Keywords xml:lang="ja">ダイガク 学校</mdui:Keywords><mdui:Keywords xml:lang="en">old+town</mdui:Keywords><mdui:Logo width="1" height="1">https://${name}.example.ac.jp/logo.png</mdui:Logo></mdui:UIInfo></md:Extensions>
<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
  ${signer.certificate}
</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:KeyDescriptor use="encryption"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://${name}.example.ac.jp/post"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://${name}.example.ac.jp/redirect"/>
</md:IDPSSODescriptor><md:ContactPerson contactType="technical"><md:EmailAddress>mailto:admin@${name}.example.ac.jp</md:EmailAddress></md:ContactPerson></md:EntityDescriptor>`;

const sp = `<md:EntityDescriptor entityID="https://sp.example.ac.jp"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:AssertionConsumerService index="0" Binding="b" Location="l"/></md:SPSSODescriptor></md:EntityDescriptor>`;

const aggregate = (validUntil: string | null = inDays(7), entities = idp("a") + sp) =>
  `<md:EntitiesDescriptor ${namespaces} ID="_all"${validUntil ? ` validUntil="${validUntil}"` : ""}>${entities}</md:EntitiesDescriptor>`;

const signed = (xml = aggregate(), key = signer) => signXml(xml, "_all", key, { first: true });

function outcome(xml: string): MetadataCode | "accepted" {
  try {
    readWhole(xml, { certificates: [signer.certificate], now });
    return "accepted";
  } catch (cause) {
    if (cause instanceof MetadataRefusal) return cause.code;
    throw cause;
  }
}

describe("metadata are believed", () => {
  test("when a pinned certificate signed them and they are in force", () => {
    const { validUntil } = readWhole(signed(), {
      certificates: [other.certificate, signer.certificate],
      now,
    });
    expect(validUntil.toISOString()).toBe(inDays(7));
  });

  test("with comments, as federations write them", () => {
    const text = `<?xml version="1.0"?><!-- made today -->${signed(aggregate(inDays(7), `<!-- first -->${idp("a")}`))}`;
    expect(outcome(text)).toBe("accepted");
  });

  const wrong: [string, MetadataCode, () => string][] = [
    [
      "changed after the signature",
      "signature_invalid",
      () => signed().replace("a University", "b University"),
    ],
    ["signed by another", "signature_invalid", () => signed(aggregate(), other)],
    ["over", "expired", () => signed(aggregate(inDays(-1)))],
    ["without an end", "no_valid_until", () => signed(aggregate(null))],
    ["with an end that is no time", "no_valid_until", () => signed(aggregate("soon"))],
    ["in force for more than fifteen days", "valid_too_long", () => signed(aggregate(inDays(16)))],
    ["not signed", "unsigned", () => aggregate()],
    [
      "signed by SHA-1",
      "algorithm_refused",
      () => signed().replace("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"),
    ],
    [
      "genuine ones wrapped into forged ones",
      "unsigned",
      () =>
        `<md:EntitiesDescriptor ${namespaces} ID="_forged" validUntil="${inDays(7)}">${idp("b")}${signed()}</md:EntitiesDescriptor>`,
    ],
    [
      "forged ones that carry the genuine signature",
      "signature_misplaced",
      () => {
        const genuine = signed();
        const signature = /<ds:Signature.*?<\/ds:Signature>/s.exec(genuine)?.[0] ?? "";
        return `<md:EntitiesDescriptor ${namespaces} ID="_forged" validUntil="${inDays(7)}">${signature}${idp("b")}${genuine.replace(signature, "")}</md:EntitiesDescriptor>`;
      },
    ],
    ["with a document type", "doctype", () => `<!DOCTYPE x [<!ENTITY e "e">]>${signed()}`],
    ["something else", "not_metadata", () => "<html/>"],
    ["cut off", "malformed", () => signed().slice(0, -30)],
    ["empty", "malformed", () => ""],
  ];
  test.each(wrong)("but not when they are %s: %s", (_, code, make) => {
    expect(outcome(make())).toBe(code);
  });
});

describe("of an aggregate are read", () => {
  const read = (entities: string) => {
    return readWhole(signed(aggregate(inDays(7), entities)), { certificates: [signer.certificate], now })
      .providers;
  };

  test("identity providers only, with everything a login needs", () => {
    const [provider, ...more] = read(idp("a") + sp);
    expect(more).toEqual([]);
    expect(provider).toMatchObject({
      entityId: "https://a.example.ac.jp/idp",
      nameJa: "a大学",
      nameEn: "a University",
      ssoRedirect: "https://a.example.ac.jp/redirect",
      ssoPost: "https://a.example.ac.jp/post",
      certificates: [signer.certificate],
      errorUrl: "https://a.example.ac.jp/help?code=ERRORURL_CODE&at=ERRORURL_TS",
      logoJa: "https://a.example.ac.jp/logo.png",
      logoEn: "https://a.example.ac.jp/logo.png",
      domains: ["a.example.ac.jp"],
      contacts: [{ type: "technical", mail: "admin@a.example.ac.jp" }],
      registrationAuthority: "https://federation.example.ac.jp",
      hidden: false,
      scopes: [
        { value: "a.example.ac.jp", regexp: false },
        { value: ".*\\.a\\.example\\.ac\\.jp", regexp: true },
      ],
    });
    expect(provider?.id).toMatch(/^[0-9a-f]{64}$/);
  });

  test("words to search by, without the width, case and kind of kana they are written in", () => {
    const [provider] = read(idp("a"));
    for (const word of ["a大学", "a university", "だいがく", "old town", "a.example.ac.jp"])
      expect(provider?.search).toContain(word);
  });

  test("those that ask not to be listed, as such", () => {
    const hide = `<mdattr:EntityAttributes><saml:Attribute Name="http://macedir.org/entity-category"><saml:AttributeValue>http://refeds.org/category/hide-from-discovery</saml:AttributeValue></saml:Attribute></mdattr:EntityAttributes>`;
    expect(read(idp("a", hide)).map(({ hidden }) => hidden)).toEqual([true]);
  });

  test("ends of entities, which are never later than the aggregate's", () => {
    const sooner = read(
      idp("a", "", ` validUntil="${inDays(1)}"`) + idp("b", "", ` validUntil="${inDays(30)}"`),
    );
    expect(sooner.map(({ validUntil }) => validUntil.toISOString())).toEqual([inDays(1), inDays(7)]);
  });

  test("no address that a browser must not be sent to", () => {
    const [provider] = read(idp("a").replace("https://a.example.ac.jp/redirect", "javascript:alert(1)"));
    expect(provider?.ssoRedirect).toBeNull();
  });
});
