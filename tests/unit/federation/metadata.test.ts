import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { metadataReader } from "@/server/federation/metadata/document.ts";
import { type MetadataCode, MetadataRefusal } from "@/server/federation/metadata/refusal.ts";
import { type KeyPair, makeKeyPair } from "@/server/federation/service/keys.ts";
import { ns } from "@/server/federation/xml/tree.ts";
import { readWhole } from "@/tests/support/metadata.ts";
import { now } from "@/tests/support/saml.ts";
import { signMetadata } from "@/tests/support/sign-metadata.ts";

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

/** `rough`: of a text that is no document, with a signature that was made for another. */
const signed = (xml = aggregate(), key = signer, rough = false): string =>
  rough
    ? xml.replace(/^[^>]*>/, (start) => start + signatureOf(signed(aggregate(), key)))
    : signMetadata(xml, "_all", key.privateKey);

const withPrefixes = (rest: string) =>
  signed().replace(
    "</ds:CanonicalizationMethod>",
    `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" ${rest}</ds:CanonicalizationMethod>`,
  );

const signatureOf = (xml: string) => /<ds:Signature.*?<\/ds:Signature>/s.exec(xml)?.[0] ?? "";
const idpStart = "<md:EntityDescriptor";
const emptied = (element: string) => signed().replace(new RegExp(`(<ds:${element}>)[^<]*`), "$1");

const withKeyInfo = (xml: string, { certificate }: KeyPair) =>
  xml.replace(
    "</ds:Signature>",
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`,
  );

/** The genuine metadata as a child of forged ones that have their signature. */
const wrapped = (id: string) => {
  const genuine = signed();
  const signature = signatureOf(genuine);
  return `<md:EntitiesDescriptor ${namespaces} ID="${id}" validUntil="${inDays(7)}">${signature}${idp("b")}${genuine.replace(signature, "")}</md:EntitiesDescriptor>`;
};

function outcome(xml: string | Uint8Array): MetadataCode | "accepted" {
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

  const wrong: [string, MetadataCode, () => string | Uint8Array][] = [
    // what they say of their time
    ["over", "expired", () => signed(aggregate(inDays(-1)))],
    ["over this very moment", "expired", () => signed(aggregate(now.toISOString()))],
    ["without an end", "no_valid_until", () => signed(aggregate(null))],
    ["with an end that is no time", "no_valid_until", () => signed(aggregate("soon"))],
    ["with a date for an end", "no_valid_until", () => signed(aggregate("2026-04-05"))],
    ["in force for more than fifteen days", "valid_too_long", () => signed(aggregate(inDays(15.1)))],
    // whose they are
    ["not signed", "unsigned", () => aggregate()],
    ["signed by another", "signature_invalid", () => signed(aggregate(), other)],
    [
      "signed by another who encloses the certificate",
      "signature_invalid",
      () => withKeyInfo(signed(aggregate(), other), other),
    ],
    [
      "signed by another who encloses the signer's certificate",
      "signature_invalid",
      () => withKeyInfo(signed(aggregate(), other), signer),
    ],
    [
      "signed by a shared secret, which is the signer's public key",
      "algorithm_refused",
      () => signed().replace("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
    ],
    [
      "signed by SHA-1",
      "algorithm_refused",
      () => signed().replace("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"),
    ],
    [
      "digested by SHA-1",
      "algorithm_refused",
      () => signed().replace("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1"),
    ],
    ["with an empty signature value", "signature_invalid", () => emptied("SignatureValue")],
    ["with an empty digest", "signature_invalid", () => emptied("DigestValue")],
    // what of them is signed
    [
      "changed after the signature",
      "signature_invalid",
      () => signed().replace("a University", "b University"),
    ],
    ["changed in their end", "signature_invalid", () => signed().replace(inDays(7), inDays(8))],
    [
      "with another institution added",
      "signature_invalid",
      () => signed().replace("</md:EntitiesDescriptor>", `${idp("b")}</md:EntitiesDescriptor>`),
    ],
    [
      "with an instruction added",
      "signature_invalid",
      () => signed().replace(idpStart, `<?b c?>${idpStart}`),
    ],
    [
      "with a namespace given another meaning",
      "signature_invalid",
      () => signed().replace(`xmlns:shibmd="${ns.shibmd}"`, 'xmlns:shibmd="urn:other"'),
    ],
    [
      "genuine ones wrapped into forged ones",
      "unsigned",
      () =>
        `<md:EntitiesDescriptor ${namespaces} ID="_forged" validUntil="${inDays(7)}">${idp("b")}${signed()}</md:EntitiesDescriptor>`,
    ],
    [
      "genuine ones wrapped into forged ones of the same ID, their signature moved up",
      "signature_invalid",
      () => wrapped("_all"),
    ],
    ["forged ones that carry the genuine signature", "signature_misplaced", () => wrapped("_forged")],
    [
      "signed further down only",
      "unsigned",
      () => {
        const genuine = signed();
        const signature = signatureOf(genuine);
        return genuine.replace(signature, "").replace("<md:Extensions>", `<md:Extensions>${signature}`);
      },
    ],
    [
      "signed behind what they say",
      "unsigned",
      () => {
        const genuine = signed();
        const signature = signatureOf(genuine);
        return genuine
          .replace(signature, "")
          .replace("</md:EntitiesDescriptor>", `${signature}</md:EntitiesDescriptor>`);
      },
    ],
    [
      "signed twice",
      "signature_misplaced",
      () => signed().replace(signatureOf(signed()), (one) => one + one),
    ],
    [
      "signed by two references",
      "signature_misplaced",
      () => signed().replace(/<ds:Reference.*<\/ds:Reference>/s, (one) => one + one),
    ],
    [
      "signed by a reference to something else",
      "signature_misplaced",
      () => signed().replace('URI="#_all"', 'URI="#_b"'),
    ],
    [
      "signed by a reference without an address",
      "signature_misplaced",
      () => signed().replace(' URI="#_all"', ""),
    ],
    [
      "signed by a reference that computes its target",
      "signature_misplaced",
      () => signed().replace('URI="#_all"', `URI="#xpointer(id('_all'))"`),
    ],
    [
      "signed through a transform that chooses what counts",
      "algorithm_refused",
      () => signed().replace("2000/09/xmldsig#enveloped-signature", "TR/1999/REC-xpath-19991116"),
    ],
    [
      "signed through a third transform",
      "signature_misplaced",
      () => signed().replace(/<ds:Transform A[^>]*exc-c14n#".*?<\/ds:Transform>/, (one) => one + one),
    ],
    [
      "signed in another canonical form",
      "algorithm_refused",
      () => signed().replaceAll("2001/10/xml-exc-c14n#", "TR/2001/REC-xml-c14n-20010315"),
    ],
    [
      "signed with an object in the signature",
      "signature_misplaced",
      () => signed().replace("</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>"),
    ],
    [
      "signed with an instruction in the signature",
      "signature_misplaced",
      () => signed().replace("<ds:SignatureValue>", "<?x y?><ds:SignatureValue>"),
    ],
    [
      "signed with a list of prefixes that would take long to follow",
      "signature_misplaced",
      () => withPrefixes(`PrefixList="${Array.from({ length: 65 }, (_, n) => `p${n}`).join(" ")}"/>`),
    ],
    [
      "signed with elements in the list of prefixes",
      "signature_misplaced",
      () => withPrefixes('PrefixList="md"><x/></ec:InclusiveNamespaces>'),
    ],
    // what they are
    ["with a document type", "doctype", () => `<!DOCTYPE x [<!ENTITY e "e">]>${signed()}`],
    ["with an entity that nobody declared", "malformed", () => signed().replace("a University", "&e;")],
    ["in another encoding", "malformed", () => `<?xml version="1.0" encoding="Shift_JIS"?>${signed()}`],
    ["not UTF-8", "malformed", () => Buffer.concat([Buffer.from(signed()), Buffer.from([0xff])])],
    ["something else", "not_metadata", () => "<html/>"],
    ["of another namespace", "not_metadata", () => '<EntitiesDescriptor xmlns="urn:other"/>'],
    ["cut off", "malformed", () => signed().slice(0, -30)],
    ["two in one", "malformed", () => signed() + signed()],
    ["empty", "malformed", () => ""],
    // how much they are
    [
      "deeper than anything real",
      "too_large",
      () => signed(aggregate(inDays(7), "<md:Extensions>".repeat(70)), signer, true),
    ],
    [
      "an element of more attributes than anything real",
      "too_large",
      () =>
        `<md:EntitiesDescriptor ${namespaces} ${Array.from({ length: 300 }, (_, n) => `a${n}=""`).join(" ")}/>`,
    ],
    [
      "a signature larger than anything real",
      "too_large",
      () => signed().replace("<ds:SignatureValue>", `<ds:SignatureValue>${" ".repeat(300_000)}`),
    ],
  ];
  test.each(wrong)("but not when they are %s: %s", (_, code, make) => {
    expect(outcome(make())).toBe(code);
  });

  test("and what was found is told in few words, however long it is", () => {
    const read = () => readWhole(`<${"x".repeat(50_000)}/>`, { certificates: [signer.certificate], now });
    expect(read).toThrow(/^not_metadata: x{1000}$/);
  });

  const few = { octets: 100_000, depth: 20, attributes: 50, entities: 2, text: 5000 };
  test.each<[string, () => string]>([
    ["octets", () => signed(aggregate(inDays(7), idp("a") + " ".repeat(100_000)))],
    ["entities", () => signed(aggregate(inDays(7), idp("a") + idp("b") + sp))],
    ["characters in one element", () => signed(aggregate(inDays(7), idp("a".repeat(5001))))],
  ])("nor with more %s than was allowed", (what, make) => {
    const read = () => readWhole(make(), { certificates: [signer.certificate], now }, few);
    expect(read).toThrow(new RegExp(`too_large: more than \\d+ ${what}`));
  });

  test("for as many days as was set", () => {
    const long = signed(aggregate(inDays(28)));
    const trust = { certificates: [signer.certificate], now };
    expect(() => readWhole(long, { ...trust, maxDays: 27 })).toThrow("valid_too_long");
    expect(readWhole(long, { ...trust, maxDays: 28 }).validUntil.toISOString()).toBe(inDays(28));
  });

  test("by the first of what they say of their age and how long to keep them", () => {
    const info = `<md:Extensions><mdrpi:PublicationInfo publisher="p" creationInstant="2026-03-31T00:00:00Z"/></md:Extensions>`;
    const text = aggregate(inDays(7), info + idp("a")).replace('ID="_all"', 'ID="_all" cacheDuration="PT6H"');
    const believed = readWhole(signed(text), { certificates: [other.certificate, signer.certificate], now });
    expect(believed.publishedAt?.toISOString()).toBe("2026-03-31T00:00:00.000Z");
    expect(believed.cacheDuration).toBe(6 * 60 * 60 * 1000);
    expect(believed.signer).toBe(
      createHash("sha256").update(Buffer.from(signer.certificate, "base64")).digest("hex"),
    );
  });

  test("whatever the pieces are in which they arrive", () => {
    const octets = Buffer.from(signed());
    for (const size of [1, 7, 1000]) {
      const reader = metadataReader({ certificates: [signer.certificate], now }, () => {});
      for (let at = 0; at < octets.length; at += size) reader.write(octets.subarray(at, at + size));
      expect(reader.end().providers).toBe(1);
    }
  });

  test("or refused before the rest has come, when the beginning is not as it must be", () => {
    const beginning = (xml: string) => Buffer.from(xml.slice(0, xml.indexOf("</ds:Signature>") + 15));
    const write = (xml: string) => () =>
      metadataReader({ certificates: [signer.certificate], now }, () => {}).write(beginning(xml));
    expect(write(signed(aggregate(), other))).toThrow("signature_invalid");
    expect(write(signed(aggregate(inDays(-1))))).toThrow("expired");
    expect(write(signed())).not.toThrow();
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

  test("no word that is longer than any name: every search looks through all of them", () => {
    const [provider] = read(idp("a").replace("ダイガク", `短い ${"長".repeat(301)}`));
    expect(provider?.search).toContain("短い");
    expect(provider?.search).not.toContain("長長");
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

  test("ends of groups and of roles, which count for what is in them", () => {
    const group = (attributes: string, inside: string) =>
      `<md:EntitiesDescriptor${attributes}>${inside}</md:EntitiesDescriptor>`;
    const until = (days: number) => ` validUntil="${inDays(days)}"`;
    const ends = read(
      group(until(3), group(until(5), idp("a")) + idp("b", "", until(2))) +
        idp("c").replace("<md:IDPSSODescriptor", `<md:IDPSSODescriptor${until(4)}`) +
        idp("d"),
    );
    expect(ends.map(({ validUntil }) => validUntil.toISOString())).toEqual([3, 2, 4, 7].map(inDays));
  });

  test("ends that cannot be read, as over", () => {
    const [provider] = read(idp("a", "", ' validUntil="next week"'));
    expect(provider?.validUntil.getTime()).toBe(0);
  });

  test("no more expressions for scopes than a login has time for", () => {
    const expression = (n: number) => `<shibmd:Scope regexp="true">${n}\\.example\\.ac\\.jp</shibmd:Scope>`;
    const [provider] = read(idp("a", Array.from({ length: 30 }, (_, n) => expression(n)).join("")));
    expect(provider?.scopes.filter(({ regexp }) => regexp)).toHaveLength(20);
    expect(provider?.scopes).toContainEqual({ value: "a.example.ac.jp", regexp: false });
  });

  test("names without what would turn or break a line in which they stand", () => {
    const [provider] = read(idp("a").replace("a大学", "a\u202e\u200f\n  大\u0085学\u2066"));
    expect(provider?.nameJa).toBe("a 大 学");
  });

  test("names cut between characters, and no half of a scope", () => {
    const long = `${"a".repeat(299)}😀`;
    const [provider] = read(
      idp("a", `<shibmd:Scope>${"x".repeat(511)}😀</shibmd:Scope>`).replace("a大学", long),
    );
    expect(provider?.nameJa).toBe("a".repeat(299));
    expect(provider?.scopes.map(({ value }) => value.length)).toEqual([15, 22]);
  });

  test("moments without a zone, which are in UTC", () => {
    const [provider] = read(idp("a", "", ' validUntil="2026-04-02T03:00:00"'));
    expect(provider?.validUntil.toISOString()).toBe("2026-04-02T03:00:00.000Z");
  });

  test("of two institutions with one entityID the first", () => {
    const [first, ...more] = read(idp("a") + idp("a").replaceAll("a大学", "偽大学"));
    expect(more).toEqual([]);
    expect(first?.nameJa).toBe("a大学");
  });

  test.each([
    ["without an entityID", () => idp("a").replace(/ entityID="[^"]*"/, "")],
    ["with an entityID longer than SAML allows", () => idp("a".repeat(1000))],
    ["that speak another protocol only", () => idp("a").replace("SAML:2.0:protocol", "SAML:1.1:protocol")],
    [
      "within what others add to their own",
      () => sp.replace("<md:SPSSO", `<md:Extensions>${idp("a")}</md:Extensions><md:SPSSO`),
    ],
    [
      "that are groups of others",
      () =>
        '<md:EntityDescriptor entityID="urn:g"><md:AffiliationDescriptor affiliationOwnerID="urn:o"><md:AffiliateMember>urn:m</md:AffiliateMember></md:AffiliationDescriptor></md:EntityDescriptor>',
    ],
  ])("no institutions %s", (_, entities) => {
    expect(read(entities() + idp("z")).map(({ nameEn }) => nameEn)).toEqual(["z University"]);
  });

  test("institutions that nobody can log in at, as such", () => {
    const [provider] = read(
      '<md:EntityDescriptor entityID="https://a.example.ac.jp/idp"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></md:EntityDescriptor>',
    );
    expect(provider).toMatchObject({
      nameJa: "a.example.ac.jp",
      ssoRedirect: null,
      ssoPost: null,
      certificates: [],
    });
  });

  test("what stands where it belongs, and not what is called the same elsewhere", () => {
    const forged = `<shibmd:Scope>b.example.ac.jp</shibmd:Scope><md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${other.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://b.example.ac.jp/"/>`;
    const role = `<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:Extensions>${forged}</md:Extensions>${forged}</md:SPSSODescriptor>`;
    const [provider] = read(
      idp("a")
        .replace("<md:IDPSSODescriptor", `${role}<md:IDPSSODescriptor`)
        .replace("<mdui:UIInfo>", `<mdui:UIInfo>${forged}`),
    );
    expect(provider).toMatchObject({
      certificates: [signer.certificate],
      ssoRedirect: "https://a.example.ac.jp/redirect",
      scopes: [{ value: "a.example.ac.jp" }, { regexp: true }],
    });
  });

  test("every signing certificate: several, and such as are for signing and encryption", () => {
    const both = `<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${other.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
    const [provider] = read(idp("a").replace('<md:KeyDescriptor use="encryption">', `${both}$&`));
    expect(provider?.certificates).toEqual([signer.certificate, other.certificate]);
  });

  test("scopes of the institution and of its role, in CDATA too", () => {
    const [provider] = read(idp("a", "<shibmd:Scope><![CDATA[whole.example.ac.jp]]></shibmd:Scope>"));
    expect(provider?.scopes[0]).toEqual({ value: "whole.example.ac.jp", regexp: false });
    expect(provider?.domains).toEqual(["whole.example.ac.jp", "a.example.ac.jp"]);
  });

  test("mail domains that are stated for the choice of an institution", () => {
    const hints =
      "<mdui:DiscoHints><mdui:DomainHint>Mail.A.example.ac.jp</mdui:DomainHint><mdui:DomainHint>not a domain</mdui:DomainHint></mdui:DiscoHints>";
    const [provider] = read(idp("a").replace("</mdui:UIInfo>", `$&${hints}`));
    expect(provider?.domains).toEqual(["mail.a.example.ac.jp", "a.example.ac.jp"]);
  });

  const logo = (url: string, attributes: string) => `<mdui:Logo ${attributes}>${url}</mdui:Logo>`;
  test.each([
    [
      "of each language",
      logo("https://a/ja", 'xml:lang="ja" height="60"') + logo("https://a/en", 'xml:lang="en" height="60"'),
      "https://a/ja",
      "https://a/en",
    ],
    [
      "of no language before one of another",
      logo("https://a/en", 'xml:lang="en" height="60"') + logo("https://a/all", 'height="60"'),
      "https://a/all",
      "https://a/en",
    ],
    [
      "of another language before none",
      logo("https://a/fr", 'xml:lang="fr"'),
      "https://a/fr",
      "https://a/fr",
    ],
    [
      "of a fitting size",
      logo("https://a/16", 'height="16"') +
        logo("https://a/80", 'height="80"') +
        logo("https://a/1000", 'height="1000"'),
      "https://a/80",
      "https://a/80",
    ],
    [
      "that a page may show",
      logo("http://a/plain", 'height="64"') +
        logo("javascript:alert(1)", 'height="64"') +
        logo("data:text/html,x", 'height="64"') +
        logo(" data:image/png;base64,AA\n== ", 'height="16"'),
      "data:image/png;base64,AA==",
      "data:image/png;base64,AA==",
    ],
    ["of a size that a row can hold", logo(`data:image/png;base64,${"A".repeat(200_000)}`, ""), null, null],
  ])("the logo %s", (_, logos, ja, en) => {
    const [provider] = read(idp("a").replace(/<mdui:Logo.*<\/mdui:Logo>/, logos));
    expect(provider).toMatchObject({ logoJa: ja, logoEn: en });
  });

  test("whom to ask, by kind, when there is an address", () => {
    const contact = (type: string, mail: string, more = "") =>
      `<md:ContactPerson contactType="${type}"${more}><md:GivenName>花子</md:GivenName><md:EmailAddress>${mail}</md:EmailAddress></md:ContactPerson>`;
    const security =
      ' xmlns:remd="http://refeds.org/metadata" remd:contactType="http://refeds.org/metadata/contactType/security"';
    const [provider] = read(
      idp("a").replace(
        "</md:EntityDescriptor>",
        contact("support", "help@a.example.ac.jp") +
          contact("administrative", "mailto:office@a.example.ac.jp?subject=x") +
          contact("other", "cert@a.example.ac.jp", security) +
          contact("support", "ask us") +
          contact("support", "mailto:a@b.example&lt;script&gt;") +
          "</md:EntityDescriptor>",
      ),
    );
    expect(provider?.contacts).toEqual([
      { type: "technical", mail: "admin@a.example.ac.jp" },
      { type: "support", mail: "help@a.example.ac.jp" },
      { type: "administrative", mail: "office@a.example.ac.jp" },
      { type: "security", mail: "cert@a.example.ac.jp" },
    ]);
  });

  test("names of the organisation, where there are none to show; any language rather than none", () => {
    const organization = `<md:Organization><md:OrganizationDisplayName xml:lang="ja-JP">機構</md:OrganizationDisplayName></md:Organization>`;
    const nameless = idp("a").replace(/<mdui:DisplayName.*<\/mdui:DisplayName>/, "");
    expect(read(nameless.replace("<md:ContactPerson", `${organization}$&`))[0]).toMatchObject({
      nameJa: "機構",
      nameEn: "機構",
    });
    const french = idp("a").replace(
      /<mdui:DisplayName.*<\/mdui:DisplayName>/,
      '<mdui:DisplayName xml:lang="fr">Université</mdui:DisplayName>',
    );
    expect(read(french)[0]).toMatchObject({ nameJa: "Université", nameEn: "Université" });
  });

  test("a single institution that is a document of its own", () => {
    const alone = idp("a")
      .trim()
      .replace(
        "<md:EntityDescriptor",
        `<md:EntityDescriptor ${namespaces} ID="_a" validUntil="${inDays(1)}"`,
      );
    const believed = readWhole(signMetadata(alone, "_a", signer.privateKey), {
      certificates: [signer.certificate],
      now,
    });
    expect(believed.entityId).toBe("https://a.example.ac.jp/idp");
    expect(believed.providers.map(({ nameEn }) => nameEn)).toEqual(["a University"]);
  });

  test("no address that a browser must not be sent to", () => {
    const [provider] = read(idp("a").replace("https://a.example.ac.jp/redirect", "javascript:alert(1)"));
    expect(provider?.ssoRedirect).toBeNull();
  });
});
