import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pemOf } from "@/server/federation/service/keys.ts";

import { validateResponse } from "@/server/federation/validation/validate.ts";
import { ns } from "@/server/federation/xml/tree.ts";
import { readWhole } from "@/tests/support/metadata.ts";
import { build, expectation, form, type Keys, makeKeys, now } from "@/tests/support/saml.ts";
import { tool } from "@/tests/support/tools.ts";

/** xmlsec1 is what federations and other services sign and verify with; where it is missing there is nothing to compare. */
const installed = tool("xmlsec1");

let keys: Keys;
let folder: string;

beforeAll(async () => {
  keys = await makeKeys();
  folder = mkdtempSync(join(tmpdir(), "xmlsec-"));
  writeFileSync(join(folder, "key.pem"), keys.idp.privateKey);
  writeFileSync(join(folder, "certificate.pem"), pemOf(keys.idp.certificate, "CERTIFICATE"));
});

afterAll(() => rmSync(folder, { recursive: true }));

const idAttributes = [
  "--id-attr:ID",
  "Response",
  "--id-attr:ID",
  "Assertion",
  "--id-attr:ID",
  "EntitiesDescriptor",
];

/** Fills in a signature that holds all but its values. */
function signByXmlsec(xml: string, name = "key"): string {
  writeFileSync(join(folder, "in.xml"), xml);
  const key = `${join(folder, `${name}.pem`)},${join(folder, "certificate.pem")}`;
  const out = join(folder, "out.xml");
  execFileSync("xmlsec1", [
    "--sign",
    ...idAttributes,
    "--privkey-pem",
    key,
    "--output",
    out,
    join(folder, "in.xml"),
  ]);
  return readFileSync(out, "utf8");
}

function verifiesByXmlsec(xml: string): boolean {
  writeFileSync(join(folder, "in.xml"), xml);
  const pinned = ["--pubkey-cert-pem", join(folder, "certificate.pem"), "--enabled-key-data", "rsa,x509"];
  return spawnSync("xmlsec1", ["--verify", ...idAttributes, ...pinned, join(folder, "in.xml")]).status === 0;
}

/** As OpenSAML writes it, with the prefix of typed values among the inclusive ones. */
const template = (uri: string) =>
  `<ds:Signature xmlns:ds="${ns.signature}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="${uri}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xsd"/></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>`;

const typed = (xml: string) =>
  xml
    .replace("<samlp:Response ", '<samlp:Response xmlns:xsd="http://www.w3.org/2001/XMLSchema" ')
    .replaceAll(
      "<saml:AttributeValue>",
      '<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xsd:string">',
    );

describe.skipIf(!installed)("xmlsec1 and we agree", () => {
  test.each([
    ["_response", "<samlp:Status>"],
    ["_assertion", "<saml:Subject>"],
  ])("on a response it signed at %s, with typed values", (id, before) => {
    const unsigned = typed(build(keys, { sign: "none" })).replace(before, `${template(`#${id}`)}${before}`);
    const signed = signByXmlsec(unsigned);
    expect(verifiesByXmlsec(signed)).toBe(true);
    expect(validateResponse(form(signed), expectation(keys)).attributes.size).toBe(5);
    expect(() => validateResponse(form(signed.replace("hanako@", "admin@")), expectation(keys))).toThrow(
      "signature_invalid",
    );
  });

  test.each([
    ["idp", "rsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384"],
    ["idp", "rsa-sha512", `${ns.encryption}sha512`],
    ["p256", "ecdsa-sha256", `${ns.encryption}sha256`],
    ["p384", "ecdsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384"],
    ["p521", "ecdsa-sha512", `${ns.encryption}sha512`],
  ] as const)("on a response it signed with the key %s by %s", (owner, method, digest) => {
    const { privateKey, certificate } = keys[owner];
    writeFileSync(join(folder, "other.pem"), privateKey);
    const signature = template("#_response")
      .replace("rsa-sha256", method)
      .replace(`${ns.encryption}sha256`, digest)
      .replace("<ds:KeyInfo><ds:X509Data/></ds:KeyInfo>", "");
    const unsigned = build(keys, { sign: "none" }).replace("<samlp:Status>", `${signature}<samlp:Status>`);
    const signed = signByXmlsec(unsigned, "other");
    const expected = expectation(keys, { certificates: [certificate] });
    expect(validateResponse(form(signed), expected).attributes.size).toBe(5);
    expect(() => validateResponse(form(signed.replace("hanako@", "admin@")), expected)).toThrow(
      "signature_invalid",
    );
  });

  /** What stands among the extensions, where anything may. */
  test.each([
    [
      "attributes out of order",
      '<x:a xmlns:x="urn:x" xmlns:b="urn:1" xmlns:a="urn:2" z="1" b:m="2" a:m="3" b:a="4" A="5" xml:lang="ja"/>',
    ],
    ["a default namespace taken back", '<a xmlns="urn:a"><b xmlns=""><c xmlns="urn:a"/></b></a>'],
    [
      "one prefix for two namespaces",
      '<p:a xmlns:p="urn:a"><p:b xmlns:p="urn:b"><p:c xmlns:p="urn:a"/></p:b><p:d/></p:a>',
    ],
    [
      "a namespace declared again and not used",
      '<p:a xmlns:p="urn:a" xmlns:q="urn:q"><p:b xmlns:p="urn:a" xmlns:q="urn:r" q:c=""/></p:a>',
    ],
    [
      "signs that are written otherwise",
      `<a b="&lt;&gt;&amp;&quot;'&#9;&#10;&#13;  c">&lt;&gt;&amp;"'&#9;&#10;&#13;\t\r\n]]&gt;</a>`,
    ],
    ["line ends inside an attribute", '<a b="1\n2\r\n3\t4"/>'],
    ["a CDATA section", "<a><![CDATA[<b>&amp;</b>]]>c</a>"],
    ["letters of many scripts", '<国立 x="花子 é 𠮷">𠮷野家 &#x20BB7; &#xE9;</国立>'],
    [
      "listed prefixes redeclared below",
      '<a xmlns:xsd="urn:other"><b xmlns:xsd="http://www.w3.org/2001/XMLSchema"/></a>',
    ],
    [
      "listed prefixes, the default one among them",
      '<s:a xmlns:s="urn:s" xmlns="urn:d"><s:b xmlns=""><s:c/></s:b></s:a>',
    ],
  ])("on a response with %s", (_, extension) => {
    const lists = template("#_response")
      .replace('PrefixList="xsd"', 'PrefixList="xsd #default"')
      .replace(
        /(<ds:CanonicalizationMethod [^>]*)\/>/,
        '$1><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xsd samlp"/></ds:CanonicalizationMethod>',
      );
    const unsigned = typed(build(keys, { sign: "none" })).replace(
      "<samlp:Status>",
      `${lists}<samlp:Extensions>${extension}</samlp:Extensions><samlp:Status>`,
    );
    const signed = signByXmlsec(unsigned);
    expect(verifiesByXmlsec(signed)).toBe(true);
    expect(validateResponse(form(signed), expectation(keys)).attributes.size).toBe(5);
  });

  test("on a response that we signed", () => {
    expect(verifiesByXmlsec(build(keys, { sign: "response" }))).toBe(true);
    expect(verifiesByXmlsec(build(keys, { sign: "assertion" }))).toBe(true);
  });

  test.each(["#_all", ""])("on metadata it signed by the reference %j", (uri) => {
    const validUntil = new Date(now.getTime() + 60_000).toISOString();
    const text = `<md:EntitiesDescriptor xmlns:md="${ns.metadata}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ID="_all" validUntil="${validUntil}">${template(uri)}<!-- made today -->
  <md:EntityDescriptor entityID="https://a.example.ac.jp/&#233;&#x3042;&amp;"><md:IDPSSODescriptor protocolSupportEnumeration="${ns.protocol}"/></md:EntityDescriptor></md:EntitiesDescriptor>`;
    const signed = signByXmlsec(text);
    const { providers } = readWhole(signed, { certificates: [keys.idp.certificate], now });
    expect(providers.map(({ entityId }) => entityId)).toEqual(["https://a.example.ac.jp/éあ&"]);
  });
});
