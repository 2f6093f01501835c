/** A federation's web server, which answers as it is told to, and the metadata that it gives out. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { signMetadata } from "./sign-metadata.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export type MetadataSource = {
  url: string;
  /** What has been asked for, in order. */
  requests: IncomingMessage[];
  answer: Answer;
  close: () => Promise<void>;
};

export async function metadataSource(): Promise<MetadataSource> {
  const server = createServer((request, response) => {
    source.requests.push(request);
    source.answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const source: MetadataSource = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    answer: (_, response) => response.writeHead(404).end(),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return source;
}

const md = "urn:oasis:names:tc:SAML:2.0:metadata";

export type Institution = { name: string; certificate: string; attributes?: string };

export const entityIdOf = (name: string) => `https://idp.${name}.example.ac.jp/idp/shibboleth`;

function entity({ name, certificate, attributes = "" }: Institution, root = ""): string {
  return `<md:EntityDescriptor${root} entityID="${entityIdOf(name)}"${attributes}><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:Extensions><shibmd:Scope xmlns:shibmd="urn:mace:shibboleth:metadata:1.0">${name}.example.ac.jp</shibmd:Scope></md:Extensions><md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.${name}.example.ac.jp/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`;
}

type Signed = { signer: { privateKey: string }; validUntil: Date; publishedAt?: Date };

export function aggregateOf(
  institutions: readonly Institution[],
  { signer, validUntil, publishedAt }: Signed,
): string {
  const published = publishedAt
    ? `<md:Extensions><mdrpi:PublicationInfo xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" publisher="federation" creationInstant="${publishedAt.toISOString()}"/></md:Extensions>`
    : "";
  const inside = institutions.map((institution) => entity(institution)).join("\n");
  const text = `<md:EntitiesDescriptor xmlns:md="${md}" ID="_all" validUntil="${validUntil.toISOString()}">${published}${inside}</md:EntitiesDescriptor>`;
  return signMetadata(text, "_all", signer.privateKey);
}

/** One institution as a document of its own, as a metadata query service gives it. */
export function documentOf(institution: Institution, { signer, validUntil }: Signed): string {
  const root = ` xmlns:md="${md}" ID="_one" validUntil="${validUntil.toISOString()}"`;
  return signMetadata(entity(institution, root), "_one", signer.privateKey);
}
