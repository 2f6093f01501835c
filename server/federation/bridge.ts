/**
 * What Jackson is given instead of the provider's response: the id of the session it made, signed with a key that
 * exists only in this process. It is written and read within one request, so every process has its own.
 */
import { randomUUID } from "node:crypto";
import { type KeyPair, makeKeyPair } from "./keys.ts";
import { signXml } from "./signature.ts";
import { escapeXml, ns } from "./xml.ts";

const kept = globalThis as { portalBridgeKey?: Promise<KeyPair> };

export function bridgeKey(): Promise<KeyPair> {
  kept.portalBridgeKey ??= makeKeyPair("bridge", new Date());
  return kept.portalBridgeKey;
}

/** Base64, as the form field SAMLResponse. */
export async function bridgeResponse(
  sessionId: string,
  {
    issuer,
    requestId,
    acsUrl,
    audience,
    now,
  }: Record<"issuer" | "requestId" | "acsUrl" | "audience", string> & { now: Date },
): Promise<string> {
  const id = `_${randomUUID()}`;
  const at = now.toISOString();
  const until = new Date(now.getTime() + 60_000).toISOString();
  const from = `<saml:Issuer xmlns:saml="${ns.assertion}">${escapeXml(issuer)}</saml:Issuer>`;
  const xml = [
    `<samlp:Response xmlns:samlp="${ns.protocol}" ID="_${randomUUID()}" Version="2.0" IssueInstant="${at}"`,
    ` Destination="${escapeXml(acsUrl)}" InResponseTo="${escapeXml(requestId)}">${from}`,
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`,
    `<saml:Assertion xmlns:saml="${ns.assertion}" ID="${id}" Version="2.0" IssueInstant="${at}">${from}`,
    `<saml:Subject><saml:NameID>${escapeXml(sessionId)}</saml:NameID></saml:Subject>`,
    `<saml:Conditions NotBefore="${at}" NotOnOrAfter="${until}"><saml:AudienceRestriction>`,
    `<saml:Audience>${escapeXml(audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${at}"/>`,
    `<saml:AttributeStatement>${attribute("id", sessionId)}</saml:AttributeStatement>`,
    "</saml:Assertion></samlp:Response>",
  ].join("");
  const signed = signXml(xml, id, await bridgeKey(), { after: "Issuer" });
  return Buffer.from(signed, "utf8").toString("base64");
}

function attribute(name: string, value: string): string {
  return `<saml:Attribute Name="${name}"><saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue></saml:Attribute>`;
}
