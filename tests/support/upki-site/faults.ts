/** What can go wrong on purpose: each fault is armed for a number of times and wears off by happening. */
import type { Ledger, MailKind } from "./ledger.ts";

/** Faults of any page; `page` confines one to a page. */
const ofPages = ["slow", "status500", "reset", "cut", "page_changed", "session_lost"] as const;
/** Faults of the upload alone. */
const ofUploads = [
  "cut_before_upload",
  "cut_after_upload",
  "busy",
  "unknown_code",
  "dn_exists",
  "institution_bad_standing",
  "too_many_records",
] as const;
/** Faults of other places: login, list, PIN page. */
const ofPlaces = ["login_refused", "list_lags", "pin_page_500", "pin_page_cut", "pin_file_encoding"] as const;
/** Faults of a mail as it is made or sent; `mail` confines one to a kind of mail. */
const ofMails = [
  "mail_twice",
  "mail_lost",
  "mail_reversed",
  "mail_delay",
  "changed_subject",
  "bad_signature",
  "unsigned_mail",
  "wrong_signer",
  "expired_signer",
  "wrong_sender",
] as const;

export const faultKinds = [...ofPages, ...ofUploads, ...ofPlaces, ...ofMails];
export type FaultKind = (typeof faultKinds)[number];

export type Fault = {
  kind: FaultKind;
  times: number;
  page?: string;
  mail?: MailKind;
  ms?: number;
  code?: string;
  text?: string;
  encoding?: string;
};

/** The fault, if it is armed for this place; it then has happened once more. */
export function strike(ledger: Ledger, kind: FaultKind, place: { page?: string; mail?: MailKind } = {}) {
  const fault = armed(ledger, kind, place);
  if (fault) fault.times -= 1;
  return fault;
}

export function armed(ledger: Ledger, kind: FaultKind, place: { page?: string; mail?: MailKind } = {}) {
  return ledger.state.faults.find(
    (fault) =>
      fault.kind === kind &&
      fault.times > 0 &&
      (fault.page === undefined || fault.page === place.page) &&
      (fault.mail === undefined || fault.mail === place.mail),
  );
}
