/**
 * What Jackson is given instead of the provider's response: the id of the session it made, signed with a key that
 * exists only in this process. It is written and read within one request, so every process has its own.
 *
 * Jackson reads it six times over, and looks for IDs at every element of it: there is nothing in it that Jackson does not ask
 * for, the signature is over the whole, and it is canonical as it is written (exclusive canonicalization, W3C, 18 July 2002).
 */

import { type KeyPair, makeKeyPair } from "../service/keys.ts";
import {
  digestOf,
  envelopedSignature,
  exclusiveCanonicalization,
  rsaSha256,
  sha256,
  signText,
} from "../xml/algorithms.ts";
import { attributeText, textContent } from "../xml/canonical.ts";
import { ns } from "../xml/tree.ts";

const kept = globalThis as { portalBridgeKey?: Promise<KeyPair> };

export function bridgeKey(): Promise<KeyPair> {
  kept.portalBridgeKey ??= makeKeyPair("bridge", new Date());
  return kept.portalBridgeKey;
}

type About = Record<"issuer" | "requestId" | "audience", string> & { now: Date };

/** Base64, as the form field SAMLResponse. */
export async function bridgeResponse(sessionId: string, about: About): Promise<string> {
  const { issuer, requestId, audience, now } = about;
  const until = new Date(now.getTime() + 60_000);
  const beginning = [
    `<Response xmlns="${ns.protocol}" InResponseTo="${attributeText(requestId)}">`,
    `<Issuer xmlns="${ns.assertion}">${textContent(issuer)}</Issuer>`,
  ].join("");
  const end = [
    `<Assertion xmlns="${ns.assertion}" Version="2.0">`,
    `<Conditions NotBefore="${now.toISOString()}" NotOnOrAfter="${until.toISOString()}"><AudienceRestriction>`,
    `<Audience>${textContent(audience)}</Audience></AudienceRestriction></Conditions>`,
    `<AttributeStatement><Attribute Name="id"><AttributeValue>${textContent(sessionId)}</AttributeValue></Attribute>`,
    "</AttributeStatement></Assertion></Response>",
  ].join("");
  const { privateKey } = await bridgeKey();
  return Buffer.from(beginning + signatureOver(beginning + end, privateKey) + end, "utf8").toString("base64");
}

/** Of a document in canonical form, to be put anywhere into its root. */
function signatureOver(document: string, privateKey: string): string {
  const digest = digestOf(document, sha256).toString("base64");
  const content = [
    `<CanonicalizationMethod Algorithm="${exclusiveCanonicalization}"></CanonicalizationMethod>`,
    `<SignatureMethod Algorithm="${rsaSha256}"></SignatureMethod><Reference URI=""><Transforms>`,
    `<Transform Algorithm="${envelopedSignature}"></Transform>`,
    `<Transform Algorithm="${exclusiveCanonicalization}"></Transform></Transforms>`,
    `<DigestMethod Algorithm="${sha256}"></DigestMethod><DigestValue>${digest}</DigestValue></Reference></SignedInfo>`,
  ].join("");
  const signed = signText(`<SignedInfo xmlns="${ns.signature}">${content}`, privateKey, rsaSha256);
  const value = `<SignatureValue>${signed.toString("base64")}</SignatureValue>`;
  return `<Signature xmlns="${ns.signature}"><SignedInfo>${content}${value}</Signature>`;
}
