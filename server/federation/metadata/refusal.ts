/** Why metadata were not taken: a code for machines, and what was found, in words. */
import { SignatureFault } from "../xml/signature.ts";
import { XmlFault } from "../xml/stream.ts";

export type MetadataCode =
  | "no_signer"
  | "unreachable"
  | "interrupted"
  | "malformed"
  | "doctype"
  | "too_large"
  | "not_metadata"
  | "unsigned"
  | "signature_misplaced"
  | "signature_invalid"
  | "algorithm_refused"
  | "no_valid_until"
  | "expired"
  | "valid_too_long"
  | "older"
  | "no_provider"
  | "other_entity";

/** It is written down at each look, and whoever sends a document decides how long its names are. */
const longest = 1000;

export class MetadataRefusal extends Error {
  readonly code: MetadataCode;
  /** Without the code. */
  readonly found: string;

  constructor(code: MetadataCode, found: string, cause?: unknown) {
    const legible = found.slice(0, longest).toWellFormed();
    super(`${code}: ${legible}`, { cause });
    this.name = "MetadataRefusal";
    this.code = code;
    this.found = legible;
  }
}

const signatureCodes = {
  missing: "unsigned",
  misplaced: "signature_misplaced",
  algorithm: "algorithm_refused",
  invalid: "signature_invalid",
} as const;

/** What was thrown while a document was read, as its refusal; anything that is no fault of the document as it is. */
export function refusalOf(cause: unknown): unknown {
  if (cause instanceof SignatureFault)
    return new MetadataRefusal(signatureCodes[cause.fault], cause.found, cause);
  if (cause instanceof XmlFault) return new MetadataRefusal(cause.fault, cause.message, cause);
  return cause;
}
