/** What an offline root does not do, by name; bin/ca-root.ts has the sentences. */
export type RootFaultCode =
  | "there"
  | "no_root"
  | "damaged"
  | "in_use"
  | "passphrase"
  | "passphrase_short"
  | "request"
  | "not_issuing_ca"
  | "no_addresses"
  | "root_ends"
  | "unknown_serial"
  | "file_there";

export class RootFault extends Error {
  readonly code: RootFaultCode;
  /** What the sentence names. Never a passphrase or a key. */
  readonly detail: Readonly<Record<string, string>>;

  constructor(code: RootFaultCode, detail: Readonly<Record<string, string>> = {}) {
    super(code);
    this.name = "RootFault";
    this.code = code;
    this.detail = detail;
  }
}
