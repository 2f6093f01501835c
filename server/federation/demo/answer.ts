/** What a demo provider answers: who logged in, encrypted for the service, in a signed response. Or that nobody did. */
import { randomUUID } from "node:crypto";
import { attributeNames } from "../attributes.ts";
import { encryptElement } from "../encrypt.ts";
import { serviceKey } from "../service-keys.ts";
import { signXml } from "../signature.ts";
import type { Federation } from "../world.ts";
import { escapeXml, ns } from "../xml.ts";
import { type DemoInstitution, type DemoPerson, opaqueId } from "./institutions.ts";
import type { Question } from "./question.ts";

const minutes = 60_000;
const status = "urn:oasis:names:tc:SAML:2.0:status:";

/** Base64, as the form field SAMLResponse. */
export async function writeAnswer(
  world: Federation,
  institution: DemoInstitution,
  question: Question,
  person: DemoPerson,
): Promise<string> {
  const assertion = writeAssertion(world.now(), institution, question, person);
  const encrypted = encryptElement(assertion, question.encryptionCertificate);
  return signedResponse(
    world,
    institution,
    question,
    `<samlp:StatusCode Value="${status}Success"/>`,
    `<saml:EncryptedAssertion xmlns:saml="${ns.assertion}">${encrypted}</saml:EncryptedAssertion>`,
  );
}

/** When the person gave up. */
export function writeRefusal(
  world: Federation,
  institution: DemoInstitution,
  question: Question,
): Promise<string> {
  const code = `<samlp:StatusCode Value="${status}Responder"><samlp:StatusCode Value="${status}AuthnFailed"/></samlp:StatusCode>`;
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
): string {
  const { scope, entityId } = institution;
  const at = now.toISOString();
  const until = new Date(now.getTime() + 5 * minutes).toISOString();
  const targetedId = opaqueId(institution, person.user, question.service);
  const attributes: [keyof typeof attributeNames, readonly string[]][] = [
    ["uniqueId", [`${opaqueId(institution, person.user)}@${scope}`]],
    ["eppn", [`${person.user}@${scope}`]],
    ["displayName", [person.displayName]],
    ["jaDisplayName", person.jaDisplayName ? [person.jaDisplayName] : []],
    ["mail", person.mails],
    ["o", [institution.nameEn]],
    ["jaO", [institution.nameJa]],
    ["scopedAffiliation", [`${person.affiliation}@${scope}`, `member@${scope}`]],
    ["assurance", ["https://www.gakunin.jp/profile/IAL2"]],
  ];
  return [
    `<saml:Assertion xmlns:saml="${ns.assertion}" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at}">`,
    `<saml:Issuer>${escapeXml(entityId)}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_${randomUUID()}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData`,
    ` InResponseTo="${escapeXml(question.id)}" NotOnOrAfter="${until}" Recipient="${escapeXml(question.acsUrl)}"/></saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${at}" NotOnOrAfter="${until}"><saml:AudienceRestriction>`,
    `<saml:Audience>${escapeXml(question.service)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${at}" SessionIndex="_${randomUUID()}"><saml:AuthnContext>`,
    `<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>`,
    `</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>`,
    ...attributes
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => attribute(name, values.map(escapeXml))),
    attribute("targetedId", [
      `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="${escapeXml(entityId)}" SPNameQualifier="${escapeXml(question.service)}">${targetedId}</saml:NameID>`,
    ]),
    "</saml:AttributeStatement></saml:Assertion>",
  ].join("");
}

function attribute(name: keyof typeof attributeNames, values: readonly string[]): string {
  const inside = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join("");
  return `<saml:Attribute Name="${attributeNames[name]}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">${inside}</saml:Attribute>`;
}
