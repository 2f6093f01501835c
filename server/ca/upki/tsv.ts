/**
 * Requests as NII's service takes them: one line of 15 columns each, in cp932 (Microsoft's Shift_JIS), TAB between columns, no header, no
 * quotes. Everything the service is known to refuse is refused here first, with the value that is at fault.
 */
import iconv from "iconv-lite";
import { PkiError } from "../../pki/errors.ts";
import { mailboxName } from "../../pki/mailbox.ts";
import { parseName } from "../../pki/name.ts";
import { joinServiceDn, type Rdn } from "./dn.ts";
import { type Fault, faultsOfName, LONGEST_DN, type NameField } from "./name-rules.ts";

/** 発行, 更新, 失効: each is a file of its own. */
export type RequestKind = "issue" | "renew" | "revoke";

export type UpkiRequest = {
  kind: RequestKind;
  /** As RFC 4514 writes it, CN first. */
  dn: string;
  /** 証明書プロファイルID, digits; null for a revocation. */
  profile: string | null;
  /** Decimal: of the certificate that is renewed or revoked; null for a new one. */
  serial: string | null;
  /** CRLReason (RFC 5280 §5.3.1), of a revocation. */
  reason: number | null;
  /** Wanted, and sent, when the reason is 0. */
  comment: string;
  /** 利用者: who will hold the certificate; the download mail goes there. */
  holder: { name: string; affiliation: string; mail: string };
  /** 利用管理者: to whom the PIN mail goes, so the portal itself. */
  manager: { name: string; affiliation: string; mail: string };
  /** P12ダウンロードファイル名, without its extension. */
  fileName: string;
};

export type TsvField =
  | NameField
  | "profile"
  | "serial"
  | "reason"
  | "comment"
  | "holderName"
  | "holderAffiliation"
  | "holderMail"
  | "managerName"
  | "managerAffiliation"
  | "managerMail"
  | "fileName";
export type TsvFault = Fault<TsvField>;

/** In characters. What the service allows in a comment is not known. */
const limits = { profile: 9, serial: 39, comment: 128, text: 64, mail: 78, fileName: 22 } as const;
/** Which the service has been seen or can be expected to take; others of RFC 5280 are of no use to a holder's certificate. */
const reasons = new Set([0, 1, 3, 4, 5]);

/** Everything that is wrong with a request, before it is sent; empty: it may go. What its kind does not send is not looked at. */
export function faultsOf(request: UpkiRequest): TsvFault[] {
  const { kind, holder, manager } = request;
  const faults: TsvFault[] = faultsOfDn(request.dn);
  if (kind !== "issue") faults.push(...digits("serial", request.serial));
  faults.push(...address("holderMail", holder.mail), ...address("managerMail", manager.mail));
  if (kind === "revoke") return [...faults, ...faultsOfReason(request)];
  return [
    ...faults,
    ...digits("profile", request.profile),
    ...text("holderName", holder.name, limits.text),
    ...text("holderAffiliation", holder.affiliation, limits.text),
    ...text("managerName", manager.name, limits.text),
    ...text("managerAffiliation", manager.affiliation, limits.text),
    ...faultsOfFileName(request.fileName),
  ];
}

/**
 * The name as column 1 has it: `CN=…,OU=No 11,…,C=JP`, the escapes of RFC 4514 undone.
 * @throws PkiError `name_malformed`
 */
export function dnColumnOf(dn: string): string {
  return joinServiceDn(parseName(dn));
}

/** The 15 columns of a request. @throws RangeError when `faultsOf` finds anything */
export function columnsOf(request: UpkiRequest): string[] {
  const faults = faultsOf(request);
  if (faults.length > 0) {
    const found = faults.map(({ field, rule }) => `${field} ${rule}`).join(", ");
    throw new RangeError(`The service would not take this request: ${found}`);
  }
  const { kind, holder, manager, serial, reason } = request;
  const revoked = kind === "revoke";
  const unlessRevoked = (value: string) => (revoked ? "" : value);
  return [
    dnColumnOf(request.dn),
    unlessRevoked(request.profile ?? ""),
    unlessRevoked(ONE_P12_EACH),
    kind === "issue" ? "" : (serial ?? ""),
    revoked ? String(reason) : "",
    revoked && reason === UNSPECIFIED ? request.comment : "",
    "",
    unlessRevoked(manager.name),
    unlessRevoked(manager.affiliation),
    manager.mail,
    unlessRevoked(holder.name),
    unlessRevoked(request.fileName),
    unlessRevoked(holder.affiliation),
    holder.mail,
    // The service makes the PIN.
    "",
  ];
}

/**
 * The file for one upload, its lines ended by CRLF.
 * @throws RangeError where there is no request, where their kinds differ, and as `columnsOf`
 */
export function encodeTsv(requests: readonly UpkiRequest[]): Uint8Array {
  const kinds = new Set(requests.map(({ kind }) => kind));
  if (kinds.size !== 1) throw new RangeError("An upload is of requests of one kind.");
  const lines = requests.map((request) => `${columnsOf(request).join("\t")}\r\n`);
  return iconv.encode(lines.join(""), "cp932");
}

/** ダウンロード方法: P12個別. */
const ONE_P12_EACH = "1";
const UNSPECIFIED = 0;

function faultsOfDn(dn: string): TsvFault[] {
  if (dn === "") return [{ field: "dn", rule: "missing", value: dn }];
  // Written with escapes, a name is up to three times as long.
  if (dn.length > 3 * LONGEST_DN) return [{ field: "dn", rule: "too_long", value: dn, limit: LONGEST_DN }];
  let rdns: readonly Rdn[];
  try {
    rdns = parseName(dn);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    return [{ field: "dn", rule: "malformed", value: dn }];
  }
  return faultsOfName(rdns);
}

function digits(field: "profile" | "serial", value: string | null): TsvFault[] {
  if (value === null || value === "") return [{ field, rule: "missing", value: "" }];
  if (!/^[0-9]+$/.test(value)) return [{ field, rule: "not_digits", value }];
  return tooLong(field, value, limits[field]);
}

function faultsOfReason({ reason, comment }: UpkiRequest): TsvFault[] {
  if (reason === null) return [{ field: "reason", rule: "missing", value: "" }];
  if (!reasons.has(reason)) return [{ field: "reason", rule: "malformed", value: String(reason) }];
  return reason === UNSPECIFIED ? text("comment", comment, limits.comment) : [];
}

/** ASCII, for it becomes the name of a file on any machine. */
function faultsOfFileName(value: string): TsvFault[] {
  const field = "fileName";
  if (value === "") return [{ field, rule: "missing", value }];
  const characters = [...new Set(value.match(/[^A-Za-z0-9_-]/gu))].join("");
  if (characters !== "") return [{ field, rule: "characters", value, characters }];
  return tooLong(field, value, limits.fileName);
}

/** Of one line, of characters that cp932 has and gives back. */
function text(field: TsvField, value: string, limit: number): TsvFault[] {
  if (value.trim() === "") return [{ field, rule: "missing", value }];
  // Controls, TAB among them, and what has no fixed meaning: private use, unassigned, halves of a pair.
  const forbidden = [...new Set(value.match(/[\p{C}\u2028\u2029]/gu))].join("");
  if (forbidden !== "") return [{ field, rule: "characters", value, characters: forbidden }];
  const unmappable = [...new Set(value)].filter((character) => !isMappable(character)).join("");
  if (unmappable !== "") return [{ field, rule: "unmappable", value, characters: unmappable }];
  return tooLong(field, value, limit);
}

function isMappable(character: string): boolean {
  return iconv.decode(iconv.encode(character, "cp932"), "cp932") === character;
}

function address(field: "holderMail" | "managerMail", value: string): TsvFault[] {
  if (value === "") return [{ field, rule: "missing", value }];
  const long = tooLong(field, value, limits.mail);
  return long.length > 0 || isAddress(value) ? long : [{ field, rule: "malformed", value }];
}

function isAddress(value: string): boolean {
  if (!/^[!-~]+$/.test(value)) return false;
  try {
    mailboxName(value);
    return true;
  } catch (cause) {
    if (cause instanceof PkiError) return false;
    throw cause;
  }
}

function tooLong(field: TsvField, value: string, limit: number): TsvFault[] {
  return value.length > limit ? [{ field, rule: "too_long", value, limit }] : [];
}
