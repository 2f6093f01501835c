/**
 * Our own metadata: what a federation registers (SAML 2.0 Metadata §2.4, mdui, algorithm support, IdP discovery, REFEDS security
 * contact). Signed it is for those who fetch it time and again, and ends; plain it is for a registrar to take over, and does not.
 *
 * What it does not say: entity categories and registration information (mdrpi), which are the federation's to give, and any
 * NameID format, for none is needed.
 */
import { createHash } from "node:crypto";
import { discoveryUrlOf } from "../discovery/central.ts";
import { attributeNames } from "../people/attributes.ts";
import { acsUrlOf, entityIdOf, type Federation } from "../world.ts";
import { digestNames, signatureMethods } from "../xml/algorithms.ts";
import { signXml } from "../xml/signature.ts";
import { escapeXml, ns } from "../xml/tree.ts";
import { acceptedCiphers, acceptedTransports } from "./encryption.ts";
import { publishedKeys, serviceKey } from "./keys-in-force.ts";
import type { Language, Registrant } from "./registrant.ts";

/** What the register calls the portal, and so whoever is written to about it. */
export const portalNames = {
  ja: "クライアント証明書発行申請システム",
  en: "Client Certificate Enrollment System",
};
const descriptions = {
  ja: "学認連携によるクライアント証明書の発行申請、更新申請、失効申請",
  en: "Client certificates for members of the academic federation: application, renewal, revocation",
};

const namespaces = {
  md: ns.metadata,
  ds: ns.signature,
  mdui: ns.mdui,
  mdattr: ns.mdattr,
  saml: ns.assertion,
  alg: "urn:oasis:names:tc:SAML:metadata:algsupport",
  idpdisc: "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol",
  xenc11: "http://www.w3.org/2009/xmlenc11#",
  remd: "http://refeds.org/metadata",
} as const;

const uriFormat = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";

/**
 * Nothing that the portal does not read. `true`: without it there is no certificate, for one is made out to a name and its URL
 * comes by mail. Of the identifiers any will do; but were none of them required, a person could leave out all at the consent page
 * of their institution, and ePPN is the one that every institution of GakuNin has.
 */
const requested: readonly [keyof typeof attributeNames, string, boolean][] = [
  ["eppn", "eduPersonPrincipalName", true],
  ["uniqueId", "eduPersonUniqueId", false],
  ["targetedId", "eduPersonTargetedID", false],
  ["displayName", "displayName", true],
  ["jaDisplayName", "jaDisplayName", false],
  ["mail", "mail", true],
  ["assurance", "eduPersonAssurance", false],
  ["entitlement", "eduPersonEntitlement", false],
  ["isMemberOf", "isMemberOf", false],
  ["scopedAffiliation", "eduPersonScopedAffiliation", false],
];

const hour = 60 * 60 * 1000;
const week = 7 * 24 * hour;

/** Well-formed at all times, whatever is set; which key signs it is the one that signs our requests. */
export async function spMetadata(world: Federation, { signed = true } = {}): Promise<string> {
  const [signing, encryption] = await Promise.all([
    publishedKeys(world, "sp-signing"),
    publishedKeys(world, "sp-encryption"),
  ]);
  const keys = [
    ...signing.map(({ certificate }) => keyDescriptor("signing", certificate)),
    ...encryption.map(({ certificate }) => keyDescriptor("encryption", certificate)),
  ];
  if (!signed) return documentOf(entityDescriptor(world, keys, ""));

  // The same document for an hour, so that a copy of it can be asked for its freshness, and is signed once.
  const now = Math.floor(world.now().getTime() / hour) * hour;
  const validUntil = new Date(now + week).toISOString();
  const draft = entityDescriptor(world, keys, ` validUntil="${validUntil}" cacheDuration="PT6H"`);
  return documentOf(await signOnce(world, draft));
}

const kept = new Map<string, string>();

async function signOnce(world: Federation, draft: string): Promise<string> {
  const key = await serviceKey(world, "sp-signing");
  const id = `_${createHash("sha256").update(draft).update(key.certificate).digest("hex").slice(0, 40)}`;
  const known = kept.get(id);
  if (known) return known;
  const signed = signXml(draft.replace(" entityID=", ` ID="${id}" entityID=`), id, key, { first: true });
  kept.clear();
  kept.set(id, signed);
  return signed;
}

function documentOf(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function entityDescriptor(world: Federation, keys: readonly string[], term: string): string {
  const declared = Object.entries(namespaces).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  const { organization = [], contacts = [] } = world.registrant ?? {};
  const lines = [
    `<md:EntityDescriptor${declared.join("")} entityID="${escapeXml(entityIdOf(world))}"${term}>`,
    "  <md:Extensions>",
    ...algorithms().map((line) => `    ${line}`),
    `    <mdattr:EntityAttributes>${subjectIdentifier()}</mdattr:EntityAttributes>`,
    "  </md:Extensions>",
    `  <md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="false" protocolSupportEnumeration="${ns.protocol}">`,
    "    <md:Extensions>",
    ...userInterface(world).map((line) => `      ${line}`),
    `      <idpdisc:DiscoveryResponse Binding="${namespaces.idpdisc}" Location="${escapeXml(discoveryUrlOf(world))}" index="0" isDefault="true"/>`,
    "    </md:Extensions>",
    ...keys.map((line) => `    ${line}`),
    `    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${escapeXml(acsUrlOf(world))}" index="0" isDefault="true"/>`,
    '    <md:AttributeConsumingService index="0" isDefault="true">',
    ...both("md:ServiceName", portalNames).map((line) => `      ${line}`),
    ...both("md:ServiceDescription", descriptions).map((line) => `      ${line}`),
    ...requested.map((one) => `      ${requestedAttribute(one)}`),
    "    </md:AttributeConsumingService>",
    "  </md:SPSSODescriptor>",
    ...organizationOf(organization).map((line) => `  ${line}`),
    ...contacts.map((contact) => `  ${contactPerson(contact)}`),
    "</md:EntityDescriptor>",
  ];
  return lines.join("\n");
}

/** Institutions whose software would else sign with SHA-1, which is refused here, take from it what to sign with. */
function algorithms(): string[] {
  return [
    ...Object.keys(digestNames).map((uri) => `<alg:DigestMethod Algorithm="${uri}"/>`),
    ...Object.keys(signatureMethods).map((uri) => `<alg:SigningMethod Algorithm="${uri}"/>`),
  ];
}

/** The identifier that tells least will do (SAML 2.0 Subject Identifier Attributes Profile §3.3). */
function subjectIdentifier(): string {
  return `<saml:Attribute Name="urn:oasis:names:tc:SAML:profiles:subject-id:req" NameFormat="${uriFormat}"><saml:AttributeValue>pairwise-id</saml:AttributeValue></saml:Attribute>`;
}

/** `app/apple-icon.png`: Next.js serves it under this name in every version. */
const logo = { path: "/apple-icon.png", size: 180 };

function userInterface(world: Federation): string[] {
  const page = (path: string) => ({ ja: `${world.baseUrl}/ja${path}`, en: `${world.baseUrl}/en${path}` });
  const own = world.registrant?.privacyStatementUrl;
  const lines = [
    ...both("mdui:DisplayName", portalNames),
    ...both("mdui:Description", descriptions),
    ...both("mdui:InformationURL", page("")),
    ...both("mdui:PrivacyStatementURL", own ? { ja: own, en: own } : page("/privacy")),
    `<mdui:Logo height="${logo.size}" width="${logo.size}">${escapeXml(world.baseUrl + logo.path)}</mdui:Logo>`,
  ];
  return ["<mdui:UIInfo>", ...lines.map((line) => `  ${line}`), "</mdui:UIInfo>"];
}

function keyDescriptor(use: "signing" | "encryption", certificate: string): string {
  const methods =
    use === "encryption" ? [...acceptedCiphers, ...acceptedTransports].map(encryptionMethod) : [];
  return `<md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods.join("")}</md:KeyDescriptor>`;
}

function encryptionMethod(method: { uri: string; digest?: string; mask?: string }): string {
  const parts = [
    method.digest ? `<ds:DigestMethod Algorithm="${method.digest}"/>` : "",
    method.mask ? `<xenc11:MGF Algorithm="${method.mask}"/>` : "",
  ].join("");
  return `<md:EncryptionMethod Algorithm="${method.uri}">${parts}</md:EncryptionMethod>`;
}

function requestedAttribute([name, friendly, required]: (typeof requested)[number]): string {
  return `<md:RequestedAttribute Name="${attributeNames[name]}" FriendlyName="${friendly}" NameFormat="${uriFormat}" isRequired="${required}"/>`;
}

/** Left out whole where nothing is set: the schema wants all three of it. */
function organizationOf(organization: Registrant["organization"]): string[] {
  if (organization.length === 0) return [];
  const each = (element: string, text: (one: (typeof organization)[number]) => string) =>
    organization.map((one) => localized(element, one.language, text(one)));
  return [
    "<md:Organization>",
    ...[
      ...each("md:OrganizationName", ({ name }) => name),
      ...each("md:OrganizationDisplayName", ({ name }) => name),
      ...each("md:OrganizationURL", ({ url }) => url),
    ].map((line) => `  ${line}`),
    "</md:Organization>",
  ];
}

function contactPerson({ kind, name, mail }: Registrant["contacts"][number]): string {
  const type =
    kind === "security"
      ? `contactType="other" remd:contactType="http://refeds.org/metadata/contactType/security"`
      : `contactType="${kind}"`;
  const given = name ? `<md:GivenName>${escapeXml(name)}</md:GivenName>` : "";
  return `<md:ContactPerson ${type}>${given}<md:EmailAddress>mailto:${escapeXml(mail)}</md:EmailAddress></md:ContactPerson>`;
}

function both(element: string, texts: Record<Language, string>): string[] {
  return (["ja", "en"] as const).map((language) => localized(element, language, texts[language]));
}

function localized(element: string, language: Language, text: string): string {
  return `<${element} xml:lang="${language}">${escapeXml(text)}</${element}>`;
}
