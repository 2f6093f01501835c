/** What can go wrong in the portal, by name. Each code has one answer in HTTP (server/api/errors.ts) and one sentence a language (messages, `Errors`). */
export const codes = [
  "not_signed_in",
  "strong_login_needed",
  "identity_proof_needed",
  "not_found",
  "invalid_input",
  "institution_not_enabled",
  "kind_not_offered",
  "term_not_offered",
  "institution_limit_reached",
  "mail_missing",
  "mail_not_yours",
  "name_not_usable",
  "name_missing",
  "name_not_writable",
  "not_issuable",
  "smime_exists",
  "too_many_certificates",
  "not_renewable",
  "not_revocable",
  "not_cancellable",
  "not_sendable",
  "own_application",
  "internal",
] as const;

export type Code = (typeof codes)[number];

/** The one error of the portal's own rooms. `detail` is for the log and for filling the sentence; it never holds a secret. */
export class PortalError extends Error {
  readonly code: Code;
  readonly detail: Readonly<Record<string, string | number>>;

  constructor(code: Code, detail: Readonly<Record<string, string | number>> = {}, cause?: unknown) {
    super(code, { cause });
    this.name = "PortalError";
    this.code = code;
    this.detail = detail;
  }
}
