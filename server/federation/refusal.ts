/** Why a login ends without a session. Each code has its sentences in messages, `LoginError.codes`. */
export const loginCodes = [
  // before the institution was asked
  "cross_site",
  "idp_unknown",
  "idp_unusable",
  "federation_unavailable",
  // the federation's own page for choosing an institution
  "discovery_unknown",
  "discovery_malformed",
  // the way back
  "request_unknown",
  "request_expired",
  "other_browser",
  "code_refused",
  // what the institution said
  "idp_refused",
  "idp_login_failed",
  "idp_no_context",
  // what arrived
  "response_missing",
  "response_too_large",
  "response_too_complex",
  "response_malformed",
  "response_forbidden_markup",
  "check_too_slow",
  "check_too_busy",
  // who says it, and to whom
  "issuer_mismatch",
  "destination_mismatch",
  "in_response_to_mismatch",
  "recipient_mismatch",
  "audience_mismatch",
  // whether it is genuine
  "unsigned",
  "signature_misplaced",
  "signature_invalid",
  "algorithm_refused",
  "assertion_count",
  "decryption_failed",
  // whether its time is now
  "time_malformed",
  "not_yet_valid",
  "expired",
  "valid_too_long",
  "no_bearer_confirmation",
  "no_authn_statement",
  "replayed",
  // who it is
  "no_identifier",
  // of a step-up: how they proved it, and whether it is they
  "step_up_not_strong",
  "step_up_not_fresh",
  "step_up_other_person",
  "internal",
] as const;

export type LoginCode = (typeof loginCodes)[number];

/** Refusals that say who one is not, or what one may not do; the others say that something does not fit together. */
const forbidden: readonly LoginCode[] = [
  "cross_site",
  "other_browser",
  "idp_refused",
  "idp_login_failed",
  "idp_no_context",
  "no_identifier",
  "step_up_not_strong",
  "step_up_not_fresh",
  "step_up_other_person",
];

/** What the page that tells it answers with (RFC 9110 §15.5). */
export function statusOf(code: string | null): 400 | 403 {
  return forbidden.some((known) => known === code) ? 403 : 400;
}

/** What was expected and what was found: for the log, never a value of an attribute. */
export type Findings = Readonly<{ expected?: string; actual?: string; status?: string; subStatus?: string }>;

/** The one error of a login. The reader sees the code's sentences, the log holds the findings. */
export class LoginRefusal extends Error {
  readonly code: LoginCode;
  readonly findings: Findings;

  constructor(code: LoginCode, findings: Findings = {}, cause?: unknown) {
    super(code, { cause });
    this.name = "LoginRefusal";
    this.code = code;
    this.findings = findings;
  }
}
