/** A request for an issuing CA's certificate, as its root reads it: unlike a person's it says itself what its certificate is to say (RFC 2985 §5.4.2). */
import type { KeyObject } from "node:crypto";
import { DerReader } from "./der-reader.ts";
import { PkiError } from "./errors.ts";
import { pemBlocks } from "./pem.ts";
import { type ReadExtensions, readExtensions } from "./read-extensions.ts";
import { readRequest } from "./read-request.ts";

export type ReadCaRequest = {
  publicKey: KeyObject;
  /** Name, as it is encoded. */
  subject: Uint8Array;
  extensions: ReadExtensions;
};

const extensionRequest = "1.2.840.113549.1.9.14";

/**
 * @param derOrPem as `readRequest` takes it; its signature is verified
 * @throws PkiError what `readRequest` throws; `der_malformed` for extensions that cannot be read
 */
export async function readCaRequest(derOrPem: Uint8Array): Promise<ReadCaRequest> {
  const { publicKey } = await readRequest(derOrPem);
  const info = DerReader.of(derOf(derOrPem)).sequence().sequence();
  info.integer();
  const subject = info.element();
  info.element();
  const attributes = info.constructed(0xa0);
  let extensions: ReadExtensions | null = null;
  while (!attributes.atEnd) {
    const attribute = attributes.sequence();
    const isWanted = attribute.oid() === extensionRequest;
    const values = attribute.set();
    attribute.end();
    if (!isWanted) continue;
    if (extensions) throw new PkiError("der_malformed", "A request asks for extensions twice.");
    extensions = readExtensions(values);
    values.end();
  }
  if (!extensions) throw new PkiError("request_malformed", "The request does not say what it is for.");
  return { publicKey, subject, extensions };
}

function derOf(derOrPem: Uint8Array): Uint8Array {
  const text = Buffer.from(derOrPem.buffer, derOrPem.byteOffset, derOrPem.byteLength).toString("latin1");
  return text.includes("-----BEGIN ") ? (pemBlocks(text)[0]?.der ?? derOrPem) : derOrPem;
}
