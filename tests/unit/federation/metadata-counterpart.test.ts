import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type KeyPair, makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";
import { ns } from "@/server/federation/xml/tree.ts";
import { readWhole } from "@/tests/support/metadata.ts";
import { randomDocuments } from "@/tests/support/random-xml.ts";
import { now } from "@/tests/support/saml.ts";
import { signMetadata } from "@/tests/support/sign-metadata.ts";
import { run, tool } from "@/tests/support/tools.ts";

const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";

let signer: KeyPair;
let folder: string;

beforeAll(async () => {
  signer = await makeKeyPair("federation", now);
  folder = mkdtempSync(join(tmpdir(), "xmlsec-"));
  writeFileSync(join(folder, "key.pem"), signer.privateKey);
  writeFileSync(join(folder, "signer.pem"), pemOf(signer.certificate, "CERTIFICATE"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const xmlsec = (command: string[], xml: string) => {
  const path = join(folder, "in.xml");
  writeFileSync(path, xml);
  return run("xmlsec1", [...command, "--id-attr:ID", `${ns.metadata}:EntitiesDescriptor`, path]);
};

type Form = { uri: string; prefixes?: string; comments?: boolean };

const signature = ({ uri, prefixes, comments }: Form) => {
  const method = `${exclusive}${comments ? "WithComments" : ""}`;
  const list = prefixes ? `<ec:InclusiveNamespaces xmlns:ec="${exclusive}" PrefixList="${prefixes}"/>` : "";
  return `<ds:Signature xmlns:ds="${ns.signature}"><ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm="${method}">${list}</ds:CanonicalizationMethod>
    <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
    <ds:Reference URI="${uri}"><ds:Transforms><ds:Transform Algorithm="${ns.signature}enveloped-signature"/>
      <ds:Transform Algorithm="${method}">${list}</ds:Transform></ds:Transforms>
      <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
    <ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>`;
};

const tomorrow = new Date(now.getTime() + 24 * 60 * 60 * 1000).toISOString();

/** Things of all kinds around an identity provider, and around the root. */
const document = (inside: string, content: string) => `<?xml version="1.0" encoding="UTF-8"?>
<?before the root?><!-- of today -->
<EntitiesDescriptor xmlns="${ns.metadata}" xmlns:x="urn:x" xmlns:y="urn:y" xmlns:é="urn:e" validUntil="${tomorrow}" ID="_all">
  <?before the signature?>${inside}
  <Extensions>${content}<!-- a comment --></Extensions>
  <EntityDescriptor entityID="https://a.example.ac.jp/&#233;&#x3042;&amp;"><IDPSSODescriptor protocolSupportEnumeration="${ns.protocol}"/></EntityDescriptor>
</EntitiesDescriptor>
<?behind the root?>
`;

const forms: [string, Form][] = [
  ["its root's ID", { uri: "#_all" }],
  ["the document", { uri: "" }],
  ["the document, with a list of prefixes", { uri: "", prefixes: "x é" }],
  [
    "its root's ID, with the default namespace and more in the list",
    { uri: "#_all", prefixes: "#default y xs" },
  ],
  ["its root's ID, by the algorithm that would keep comments", { uri: "#_all", comments: true }],
  ["the document, by the algorithm that would keep comments", { uri: "", comments: true, prefixes: "x" }],
];

describe.skipIf(!tool("xmlsec1"))("metadata that xmlsec1 signed are believed", () => {
  test.each(forms)("by %s, whatever is in them", (_, form) => {
    for (const content of ["", ...randomDocuments(12)]) {
      const { ok, said } = xmlsec(
        ["--sign", "--privkey-pem", join(folder, "key.pem"), "--output", join(folder, "out.xml")],
        document(signature(form), content),
      );
      expect(said).toBe("");
      expect(ok).toBe(true);
      const signed = readFileSync(join(folder, "out.xml"), "utf8");
      const { providers } = readWhole(signed, { certificates: [signer.certificate], now });
      expect(providers.map(({ entityId }) => entityId)).toEqual(["https://a.example.ac.jp/éあ&"]);
      expect(() =>
        readWhole(signed.replace("a.example", "b.example"), { certificates: [signer.certificate], now }),
      ).toThrow("signature_invalid");
    }
  });

  test("those that our tests sign are believed by xmlsec1 as well", () => {
    for (const content of ["", ...randomDocuments(5)]) {
      const signed = signMetadata(document("", content), "_all", signer.privateKey);
      const { ok } = xmlsec(["--verify", "--pubkey-cert-pem", join(folder, "signer.pem")], signed);
      expect(ok).toBe(true);
    }
  });
});
