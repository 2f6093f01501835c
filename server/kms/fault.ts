/** What can be wrong with a key that is kept elsewhere, in words for whoever runs the portal. */
export type KeyFaultCode =
  | "ref_malformed"
  | "not_installed"
  | "not_configured"
  | "not_found"
  | "not_allowed"
  | "unreachable"
  | "unusable"
  | "other_key"
  | "wrong_answer"
  | "exists"
  | "not_made_here";

/** The one error of keys that are elsewhere. Its message names the key and what to do; never a PIN, a credential or what was signed. */
export class KeyFault extends Error {
  readonly code: KeyFaultCode;

  constructor(code: KeyFaultCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "KeyFault";
    this.code = code;
  }
}
