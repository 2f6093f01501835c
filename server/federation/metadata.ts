/** A metadata aggregate: whether it may be believed (SAML 2.0 Metadata §2.3, and the rules of GakuNin). */
import { SaxesParser } from "saxes";
import { SignatureFault, signedPart } from "./signature.ts";
import { ns, parseXml } from "./xml.ts";

export type MetadataCode =
  | "unreachable"
  | "malformed"
  | "doctype"
  | "not_metadata"
  | "unsigned"
  | "signature_misplaced"
  | "signature_invalid"
  | "algorithm_refused"
  | "no_valid_until"
  | "expired"
  | "valid_too_long";

export class MetadataRefusal extends Error {
  readonly code: MetadataCode;

  constructor(code: MetadataCode, found: string, cause?: unknown) {
    super(`${code}: ${found}`, { cause });
    this.name = "MetadataRefusal";
    this.code = code;
  }
}

export type Aggregate = { signed: string; validUntil: Date };

const day = 24 * 60 * 60 * 1000;

/**
 * The part of the text that a pinned certificate signed, when it is in force now and for at most `maxDays`.
 * Only this part may be read.
 */
export function verifyAggregate(
  text: string,
  { certificates, now, maxDays = 15 }: { certificates: readonly string[]; now: Date; maxDays?: number },
): Aggregate {
  refuseDoctype(text);
  const root = parse(text);
  if (
    root.namespaceURI !== ns.metadata ||
    !["EntitiesDescriptor", "EntityDescriptor"].includes(`${root.localName}`)
  )
    throw new MetadataRefusal("not_metadata", root.nodeName);

  const signed = verify(text, certificates);
  const signedRoot = parse(signed);
  if (signedRoot.localName !== root.localName || signedRoot.namespaceURI !== ns.metadata)
    throw new MetadataRefusal("signature_misplaced", `the signature covers ${signedRoot.nodeName}`);

  return { signed, validUntil: requireValidity(signedRoot.getAttribute("validUntil"), now, maxDays) };
}

/** A document type can only stand before the root, so nothing behind the root's start is read. */
function refuseDoctype(text: string) {
  const parser = new SaxesParser();
  let begun = false;
  let doctype = false;
  parser.on("doctype", () => {
    doctype = true;
  });
  parser.on("opentagstart", () => {
    begun = true;
  });
  try {
    for (let at = 0; at < text.length && !begun && !doctype; at += 1024)
      parser.write(text.slice(at, at + 1024));
  } catch (cause) {
    if (!begun && !doctype) throw new MetadataRefusal("malformed", "before the root element", cause);
  }
  if (doctype) throw new MetadataRefusal("doctype", "a document type declaration");
}

function parse(text: string) {
  try {
    return parseXml(text);
  } catch (cause) {
    throw new MetadataRefusal("malformed", "not well-formed", cause);
  }
}

function verify(text: string, certificates: readonly string[]): string {
  try {
    return signedPart(text, parse(text), certificates, { wholeDocument: true });
  } catch (cause) {
    if (!(cause instanceof SignatureFault)) throw cause;
    const code = {
      missing: "unsigned",
      misplaced: "signature_misplaced",
      algorithm: "algorithm_refused",
      invalid: "signature_invalid",
    } as const;
    throw new MetadataRefusal(code[cause.fault], cause.found, cause);
  }
}

function requireValidity(value: string | null, now: Date, maxDays: number): Date {
  if (!value) throw new MetadataRefusal("no_valid_until", "the root has no validUntil");
  const validUntil = new Date(value);
  if (Number.isNaN(validUntil.getTime())) throw new MetadataRefusal("no_valid_until", value);
  if (validUntil <= now) throw new MetadataRefusal("expired", value);
  if (validUntil.getTime() > now.getTime() + maxDays * day)
    throw new MetadataRefusal("valid_too_long", value);
  return validUntil;
}
