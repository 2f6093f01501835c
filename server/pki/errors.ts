/** What can be wrong with what this room is given, by name. */
export type PkiErrorCode =
  | "name_malformed"
  | "name_empty"
  | "name_too_long"
  | "name_characters"
  | "mail_missing"
  | "mail_malformed"
  | "mail_not_ascii"
  | "url_malformed"
  | "oid_malformed"
  | "number_malformed"
  | "der_malformed"
  | "der_too_large"
  | "der_too_deep"
  | "time_malformed"
  | "validity_empty"
  | "validity_outside_issuer"
  | "serial_malformed"
  | "issuer_mismatch"
  | "key_too_weak"
  | "key_unsupported"
  | "key_mismatch"
  | "reason_malformed"
  | "list_malformed"
  | "ocsp_malformed"
  | "ocsp_unsupported"
  | "password_unusable"
  | "certificate_unreadable";

/** The one error of this room. Its message may repeat a name or an address, never a key or a password. */
export class PkiError extends Error {
  readonly code: PkiErrorCode;

  constructor(code: PkiErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "PkiError";
    this.code = code;
  }
}
