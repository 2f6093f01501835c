/** What a demo provider answers: who logged in, encrypted for the service, in a signed response. Or that nobody did. */
import { randomUUID } from "node:crypto";
import { ial2Assurance } from "../../assurance.ts";
import { attributeNames } from "../people/attributes.ts";
import { serviceKey } from "../service/keys-in-force.ts";
import type { Federation } from "../world.ts";
import { encryptElement } from "../xml/encrypt.ts";
import { signXml } from "../xml/signature.ts";
import { escapeXml, ns } from "../xml/tree.ts";
import { type DemoInstitution, type DemoPerson, opaqueId, passwordContext } from "./institutions.ts";
import type { Question } from "./question.ts";

const minutes = 60_000;
const status = "urn:oasis:names:tc:SAML:2.0:status:";

/** Base64, as the form field SAMLResponse. */
export async function writeAnswer(
  world: Federation,
  institution: DemoInstitution,
  question: Question,
  person: DemoPerson,
  authnContext = passwordContext,
): Promise<string> {
  const assertion = writeAssertion(world.now(), institution, question, person, authnContext);
  const encrypted = encryptElement(assertion, question.encryptionCertificate);
  return signedResponse(
    world,
    institution,
    question,
    `<samlp:StatusCode Value="${status}Success"/>`,
    `<saml:EncryptedAssertion xmlns:saml="${ns.assertion}">${encrypted}</saml:EncryptedAssertion>`,
  );
}

/** When the person gave up, or cannot be confirmed as was asked. */
export function writeRefusal(
  world: Federation,
  institution: DemoInstitution,
  question: Question,
  reason: "AuthnFailed" | "NoAuthnContext",
): Promise<string> {
  const code = `<samlp:StatusCode Value="${status}Responder"><samlp:StatusCode Value="${status}${reason}"/></samlp:StatusCode>`;
  return signedResponse(world, institution, question, code, "");
}

async function signedResponse(
  world: Federation,
  institution: DemoInstitution,
  question: Question,
  statusCode: string,
  content: string,
): Promise<string> {
  const id = `_${randomUUID()}`;
  const xml = [
    `<samlp:Response xmlns:samlp="${ns.protocol}" ID="${id}" Version="2.0" IssueInstant="${world.now().toISOString()}"`,
    ` Destination="${escapeXml(question.acsUrl)}" InResponseTo="${escapeXml(question.id)}">`,
    `<saml:Issuer xmlns:saml="${ns.assertion}">${escapeXml(institution.entityId)}</saml:Issuer>`,
    `<samlp:Status>${statusCode}</samlp:Status>${content}</samlp:Response>`,
  ].join("");
  const key = await serviceKey(world, `demo-${institution.id}`);
  return Buffer.from(signXml(xml, id, key, { after: "Issuer" }), "utf8").toString("base64");
}

function writeAssertion(
  now: Date,
  institution: DemoInstitution,
  question: Question,
  person: DemoPerson,
  authnContext: string,
): string {
  const { entityId } = institution;
  const at = now.toISOString();
  const until = new Date(now.getTime() + 5 * minutes).toISOString();
  const attributes = attributesOf(institution, person);
  return [
    `<saml:Assertion xmlns:saml="${ns.assertion}" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at}">`,
    `<saml:Issuer>${escapeXml(entityId)}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_${randomUUID()}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData`,
    ` InResponseTo="${escapeXml(question.id)}" NotOnOrAfter="${until}" Recipient="${escapeXml(question.acsUrl)}"/></saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${at}" NotOnOrAfter="${until}"><saml:AudienceRestriction>`,
    `<saml:Audience>${escapeXml(question.service)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${at}" SessionIndex="_${randomUUID()}"><saml:AuthnContext>`,
    `<saml:AuthnContextClassRef>${escapeXml(authnContext)}</saml:AuthnContextClassRef>`,
    `</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>`,
    ...attributes
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => attribute(name, values.map(escapeXml))),
    person.fault === "nameless" ? "" : targetedId(institution, question, person),
    "</saml:AttributeStatement></saml:Assertion>",
  ].join("");
}

type Released = [name: keyof typeof attributeNames, values: readonly string[]];

function attributesOf(
  { nameJa, nameEn, scope, ...institution }: DemoInstitution,
  person: DemoPerson,
): Released[] {
  const { user, fault, affiliation } = person;
  return [
    ["uniqueId", fault === "nameless" ? [] : [`${opaqueId(institution, user)}@${scope}`]],
    // The scope of somebody else: a portal must not take it.
    ["eppn", [`${user}@${fault ? "another.example.ac.jp" : scope}`]],
    ["displayName", [person.displayName]],
    ["jaDisplayName", person.jaDisplayName ? [person.jaDisplayName] : []],
    ["mail", person.mails],
    ["o", [nameEn]],
    ["jaO", [nameJa]],
    ["scopedAffiliation", [`${affiliation}@${scope}`, `member@${scope}`]],
    ["entitlement", person.entitlements ?? []],
    // Of its staff the institution has seen papers.
    ["assurance", [affiliation === "staff" ? ial2Assurance : "https://refeds.org/assurance/IAP/low"]],
  ];
}

function targetedId(institution: DemoInstitution, { service }: Question, { user }: DemoPerson): string {
  const id = opaqueId(institution, user, service);
  return attribute("targetedId", [
    `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="${escapeXml(institution.entityId)}" SPNameQualifier="${escapeXml(service)}">${id}</saml:NameID>`,
  ]);
}

function attribute(name: keyof typeof attributeNames, values: readonly string[]): string {
  const inside = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join("");
  return `<saml:Attribute Name="${attributeNames[name]}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">${inside}</saml:Attribute>`;
}
