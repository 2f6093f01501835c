/** A federation that is not ours: it signs what its members say of themselves with xmlsec1, as federations do. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./tools.ts";

const namespaces = {
  md: "urn:oasis:names:tc:SAML:2.0:metadata",
  ds: "http://www.w3.org/2000/09/xmldsig#",
};

/** The aggregate in the folder, signed with `federation.key` there. `validUntil` is what the federation promises. */
export function signAggregate(folder: string, entities: readonly string[], validUntil: Date): string {
  const [draft, signed] = [join(folder, "draft.xml"), join(folder, "aggregate.xml")];
  const members = entities.map((xml) => xml.replace(/^<\?xml[^>]*\?>\s*/, "")).join("\n");
  writeFileSync(
    draft,
    `<md:EntitiesDescriptor xmlns:md="${namespaces.md}" ID="aggregate" Name="test" validUntil="${validUntil.toISOString()}">
${emptySignature}
${members}
</md:EntitiesDescriptor>
`,
  );
  const key = `${join(folder, "federation.key")},${join(folder, "federation.crt")}`;
  const { ok, said } = run("xmlsec1", [
    ...["--sign", "--privkey-pem", key, "--id-attr:ID", `${namespaces.md}:EntitiesDescriptor`],
    ...["--output", signed, draft],
  ]);
  if (!ok) throw new Error(said);
  return readFileSync(signed, "utf8");
}

const emptySignature = `<ds:Signature xmlns:ds="${namespaces.ds}"><ds:SignedInfo>
  <ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
  <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
  <ds:Reference URI="#aggregate"><ds:Transforms>
    <ds:Transform Algorithm="${namespaces.ds}enveloped-signature"/>
    <ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
  <ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>`;
