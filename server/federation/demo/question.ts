/** What a service asks of a demo provider: read and checked as a real provider does it, against the service's own metadata. */
import { createPublicKey, verify } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { pemOf } from "../service/keys.ts";
import { spMetadata } from "../service/metadata.ts";
import type { Federation } from "../world.ts";
import { rsaSha256 } from "../xml/algorithms.ts";
import { signedPart } from "../xml/signature.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  type Element,
  everyElement,
  isElement,
  ns,
  parseXml,
  textOf,
} from "../xml/tree.ts";
import type { DemoInstitution } from "./institutions.ts";
import { demoSsoUrl } from "./metadata.ts";

export type Question = {
  id: string;
  acsUrl: string;
  /** entityID of the service. */
  service: string;
  /** What to encrypt for it with, base64 of DER. */
  encryptionCertificate: string;
  relayState: string;
  /** How the person is to be confirmed, the dearest first (RequestedAuthnContext); empty: as they like. */
  authnContexts: readonly string[];
};

const hour = 60 * 60 * 1000;

/**
 * `message` is what came, by the binding of the institution: the query string without the question mark, or the posted form.
 * Null when the question is not to be answered. ForceAuthn needs no reading: there is no session here to make do with.
 */
export async function readQuestion(
  world: Federation,
  institution: DemoInstitution,
  message: string,
): Promise<Question | null> {
  const service = parseXml(await spMetadata(world));
  const entityId = attributeOf(service, "entityID") ?? "";
  const read = institution.binding === "redirect" ? fromQuery : fromForm;
  const request = read(message, certificatesFor(service, "signing"));
  if (!request) return null;

  const id = attributeOf(request, "ID");
  const acsUrl = attributeOf(request, "AssertionConsumerServiceURL");
  const age = world.now().getTime() - new Date(attributeOf(request, "IssueInstant") ?? "").getTime();
  const fits =
    isElement(request, ns.protocol, "AuthnRequest") &&
    textOf(childOf(request, ns.assertion, "Issuer")) === entityId &&
    attributeOf(request, "Destination") === demoSsoUrl(world, institution) &&
    Math.abs(age) < hour;
  const [encryptionCertificate] = certificatesFor(service, "encryption");
  if (!fits || !id || !acsUrl || !encryptionCertificate || !consumers(service).includes(acsUrl)) return null;
  const relayState = new URLSearchParams(message).get("RelayState") ?? "";
  const authnContexts = [...everyElement(request)]
    .filter((element) => isElement(element, ns.assertion, "AuthnContextClassRef"))
    .map(textOf);
  return { id, acsUrl, service: entityId, encryptionCertificate, relayState, authnContexts };
}

/** HTTP-Redirect: signed as it came, octet for octet (SAML 2.0 Bindings §3.4.4.1). */
function fromQuery(query: string, certificates: readonly string[]): Element | null {
  const raw = new Map(query.split("&").map((pair) => [pair.split("=")[0] ?? "", pair] as const));
  const value = (name: string) => new URLSearchParams(raw.get(name) ?? "").get(name) ?? "";
  const signed = ["SAMLRequest", "RelayState", "SigAlg"].map((name) => raw.get(name)).join("&");
  const signature = Buffer.from(value("Signature"), "base64");
  const genuine = certificates.some((certificate) =>
    verify("sha256", Buffer.from(signed), createPublicKey(pemOf(certificate, "CERTIFICATE")), signature),
  );
  if (value("SigAlg") !== rsaSha256 || !genuine) return null;
  const xml = inflateRawSync(Buffer.from(value("SAMLRequest"), "base64"), { maxOutputLength: 64 * 1024 });
  return parseXml(xml.toString("utf8"));
}

/** HTTP-POST: signed within itself. */
function fromForm(form: string, certificates: readonly string[]): Element | null {
  const message = new URLSearchParams(form).get("SAMLRequest") ?? "";
  const xml = Buffer.from(message, "base64").toString("utf8");
  return parseXml(signedPart(parseXml(xml), certificates));
}

function certificatesFor(service: Element, use: string): string[] {
  return [...everyElement(service)]
    .filter(
      (element) => isElement(element, ns.metadata, "KeyDescriptor") && element.getAttribute("use") === use,
    )
    .flatMap((descriptor) => [...everyElement(descriptor)])
    .filter((element) => isElement(element, ns.signature, "X509Certificate"))
    .map(textOf);
}

function consumers(service: Element): string[] {
  return childrenOf(service, ns.metadata, "SPSSODescriptor")
    .flatMap((descriptor) => childrenOf(descriptor, ns.metadata, "AssertionConsumerService"))
    .map((consumer) => consumer.getAttribute("Location") ?? "");
}
