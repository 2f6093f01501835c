/** From the portal's errors to tRPC's, in one table, and back. */
import { TRPCError } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import { type ProvenDeed, provenDeeds } from "../assurance.ts";
import { type Code, PortalError } from "../errors.ts";
import { log, newReference } from "../log.ts";

const answers = {
  not_signed_in: "UNAUTHORIZED",
  strong_login_needed: "FORBIDDEN",
  identity_proof_needed: "FORBIDDEN",
  not_found: "NOT_FOUND",
  invalid_input: "BAD_REQUEST",
  institution_not_enabled: "PRECONDITION_FAILED",
  kind_not_offered: "BAD_REQUEST",
  term_not_offered: "BAD_REQUEST",
  institution_limit_reached: "CONFLICT",
  mail_missing: "PRECONDITION_FAILED",
  mail_not_yours: "BAD_REQUEST",
  name_not_usable: "PRECONDITION_FAILED",
  name_missing: "PRECONDITION_FAILED",
  name_not_writable: "PRECONDITION_FAILED",
  not_issuable: "PRECONDITION_FAILED",
  smime_exists: "CONFLICT",
  too_many_certificates: "CONFLICT",
  not_renewable: "CONFLICT",
  not_revocable: "CONFLICT",
  not_cancellable: "CONFLICT",
  not_sendable: "CONFLICT",
  own_application: "FORBIDDEN",
  internal: "INTERNAL_SERVER_ERROR",
} as const satisfies Record<Code, TRPC_ERROR_CODE_KEY>;

/** What a caller gets to see of an error. One that nobody foresaw is logged here and leaves only its reference number. */
export function toTrpcError(error: unknown, path: string, reference = newReference()): TRPCError {
  // Of what a procedure throws, tRPC makes its own 500; one that has been here before keeps what it was given.
  if (error instanceof TRPCError && error.cause instanceof PortalError) {
    return error.code === answers[error.cause.code] ? error : wrap(error.cause);
  }
  if (error instanceof TRPCError && error.code !== "INTERNAL_SERVER_ERROR") {
    return wrap(new PortalError(codeOfForeign(error), {}, error));
  }
  if (error instanceof PortalError) return wrap(error);
  log.error({ err: error instanceof TRPCError ? error.cause : error, path, reference }, "a procedure failed");
  // Next.js shows a failed page's `digest`: the reader then sees the number that the log holds.
  return Object.assign(wrap(new PortalError("internal", { reference })), { digest: reference });
}

function wrap(cause: PortalError): TRPCError {
  return new TRPCError({ code: answers[cause.code], message: cause.code, cause });
}

function codeOfForeign(error: TRPCError): Code {
  return error.code === "UNAUTHORIZED" ? "not_signed_in" : "invalid_input";
}

/** The portal's error behind whatever a procedure threw; anything else is `internal`. */
export function portalErrorOf(error: unknown): PortalError {
  if (error instanceof PortalError) return error;
  if (error instanceof TRPCError && error.cause instanceof PortalError) return error.cause;
  return new PortalError("internal", {}, error);
}

/** The code of whatever a procedure threw: the key of its sentence in messages (`Errors`). */
export function codeOf(error: unknown): Code {
  return portalErrorOf(error).code;
}

/** Why a form was refused, as its page says it; `reference` where the log holds more, `about` where a value of the reader's own is at fault. */
export type Refusal = { refused: Code; reference?: string; about?: { field: string; value: string } };

export function refusalOf(error: unknown): Refusal {
  const { code, detail } = portalErrorOf(error);
  const { reference, field, value } = detail;
  return {
    refused: code,
    ...(typeof reference === "string" && { reference }),
    ...(typeof field === "string" && typeof value === "string" && { about: { field, value } }),
  };
}

/** The deed for which a proof is missing, when that is why it was refused. */
export function deedWithoutProof(error: unknown): ProvenDeed | null {
  const { code, detail } = portalErrorOf(error);
  const isAboutProof = code === "strong_login_needed" || code === "identity_proof_needed";
  return (isAboutProof && provenDeeds.find((deed) => deed === detail.deed)) || null;
}
