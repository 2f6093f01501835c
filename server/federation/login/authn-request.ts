/**
 * The question to a provider: a plain AuthnRequest, signed over the query string (SAML 2.0 Bindings §3.4.4.1) or, for
 * providers that listen to HTTP-POST only, within itself (§3.5.4).
 */
import { sign } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { KeyPair } from "../service/keys.ts";
import { rsaSha256 } from "../xml/algorithms.ts";
import { signXml } from "../xml/signature.ts";
import { attributeOf, escapeXml, ns, parseXml } from "../xml/tree.ts";

export type AuthnRequest = {
  id: string;
  issueInstant: Date;
  destination: string;
  issuer: string;
  acsUrl: string;
  /** Ask for the login itself again, and for one of these strengths of it: for deeds that need more than a session. */
  forceAuthn?: boolean;
  authnContexts?: readonly string[];
};

/** What a page posts to the provider. */
export type SignedForm = { action: string; fields: { SAMLRequest: string; RelayState: string } };

/** The ID of a request in a redirect URL, whoever wrote it. */
export function requestIdIn(redirectUrl: string): string {
  const deflated = new URL(redirectUrl).searchParams.get("SAMLRequest") ?? "";
  const xml = inflateRawSync(Buffer.from(deflated, "base64"), { maxOutputLength: 64 * 1024 }).toString(
    "utf8",
  );
  const id = attributeOf(parseXml(xml), "ID");
  if (!id) throw new Error("an AuthnRequest without ID");
  return id;
}

export function writeAuthnRequest(request: AuthnRequest): string {
  const { id, issueInstant, destination, issuer, acsUrl, forceAuthn, authnContexts = [] } = request;
  return [
    `<samlp:AuthnRequest xmlns:samlp="${ns.protocol}" xmlns:saml="${ns.assertion}" ID="${escapeXml(id)}" Version="2.0"`,
    ` IssueInstant="${issueInstant.toISOString()}" Destination="${escapeXml(destination)}"`,
    ` AssertionConsumerServiceURL="${escapeXml(acsUrl)}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"`,
    forceAuthn ? ' ForceAuthn="true">' : ">",
    `<saml:Issuer>${escapeXml(issuer)}</saml:Issuer><samlp:NameIDPolicy AllowCreate="true"/>`,
    requestedContext(authnContexts),
    "</samlp:AuthnRequest>",
  ].join("");
}

/** Exactly one of these, the first the dearest (SAML 2.0 Core §3.3.2.2.1). */
function requestedContext(authnContexts: readonly string[]): string {
  if (authnContexts.length === 0) return "";
  const classes = authnContexts.map(
    (context) => `<saml:AuthnContextClassRef>${escapeXml(context)}</saml:AuthnContextClassRef>`,
  );
  return `<samlp:RequestedAuthnContext Comparison="exact">${classes.join("")}</samlp:RequestedAuthnContext>`;
}

/** Where to send the browser. */
export function signedRedirect(request: AuthnRequest, relayState: string, privateKey: string): string {
  const query = [
    ["SAMLRequest", deflateRawSync(Buffer.from(writeAuthnRequest(request), "utf8")).toString("base64")],
    ["RelayState", relayState],
    ["SigAlg", rsaSha256],
  ]
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`)
    .join("&");
  const signature = sign("sha256", Buffer.from(query, "utf8"), privateKey).toString("base64");
  const separator = request.destination.includes("?") ? "&" : "?";
  return `${request.destination}${separator}${query}&Signature=${encodeURIComponent(signature)}`;
}

/** What to have the browser post. */
export function signedForm(request: AuthnRequest, relayState: string, key: KeyPair): SignedForm {
  const xml = signXml(writeAuthnRequest(request), request.id, key, { after: "Issuer" });
  const SAMLRequest = Buffer.from(xml, "utf8").toString("base64");
  return { action: request.destination, fields: { SAMLRequest, RelayState: relayState } };
}
