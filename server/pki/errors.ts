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
  | "pem_malformed"
  | "der_malformed"
  | "der_too_large"
  | "der_too_deep"
  | "time_malformed"
  | "validity_empty"
  | "validity_outside_issuer"
  | "validity_too_long"
  | "san_not_allowed"
  | "principal_malformed"
  | "serial_malformed"
  | "issuer_mismatch"
  | "key_malformed"
  | "key_unsupported"
  | "key_too_weak"
  | "key_too_large"
  | "key_exponent"
  | "key_factorable"
  | "key_curve"
  | "key_point"
  | "request_malformed"
  | "request_too_large"
  | "request_private_key"
  | "request_signature"
  | "signature_unsupported"
  | "signature_too_weak"
  | "key_mismatch"
  | "reason_malformed"
  | "list_malformed"
  | "ocsp_malformed"
  | "ocsp_unsupported"
  | "password_unusable"
  | "password_wrong"
  | "pkcs12_malformed"
  | "pkcs12_too_large"
  | "pkcs12_too_costly"
  | "pkcs12_unsupported"
  | "pkcs12_incomplete"
  | "pkcs12_ambiguous"
  | "certificate_unreadable";

/** The one error of this room. Its message may repeat a name or an address, never a key or a password. */
export class PkiError extends Error {
  readonly code: PkiErrorCode;
  /** What it is about, by the name that its standard gives it: an algorithm that is not known here. */
  readonly about: string | null;

  constructor(code: PkiErrorCode, message: string, cause?: unknown, about: string | null = null) {
    super(message, { cause });
    this.name = "PkiError";
    this.code = code;
    this.about = about;
  }
}
