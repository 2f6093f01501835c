/** What a service asks of a demo provider: read and checked as a real provider does it, against the service's own metadata. */
import { createPublicKey, verify } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { rsaSha256 } from "../algorithms.ts";
import { pemOf } from "../keys.ts";
import { spMetadata } from "../sp-metadata.ts";
import type { Federation } from "../world.ts";
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
} from "../xml.ts";
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
};

const hour = 60 * 60 * 1000;

/** `query` is the query string as it came, without the question mark. Null when the question is not to be answered. */
export async function readQuestion(
  world: Federation,
  institution: DemoInstitution,
  query: string,
): Promise<Question | null> {
  const service = parseXml(await spMetadata(world));
  const entityId = attributeOf(service, "entityID") ?? "";
  const raw = new Map(query.split("&").map((pair) => [pair.split("=")[0] ?? "", pair] as const));
  const value = (name: string) => new URLSearchParams(raw.get(name) ?? "").get(name) ?? "";

  const signedQuery = ["SAMLRequest", "RelayState", "SigAlg"].map((name) => raw.get(name)).join("&");
  const signature = Buffer.from(value("Signature"), "base64");
  const genuine = certificatesFor(service, "signing").some((certificate) =>
    verify("sha256", Buffer.from(signedQuery), createPublicKey(pemOf(certificate, "CERTIFICATE")), signature),
  );
  if (value("SigAlg") !== rsaSha256 || !genuine) return null;

  const xml = inflateRawSync(Buffer.from(value("SAMLRequest"), "base64"), { maxOutputLength: 64 * 1024 });
  const request = parseXml(xml.toString("utf8"));
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
  return { id, acsUrl, service: entityId, encryptionCertificate, relayState: value("RelayState") };
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
