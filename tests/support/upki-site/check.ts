/** The site's checks of an uploaded file, row by row, in its own words. */
import { commonName, faultOf, identity } from "./dn.ts";
import { fromCp932 } from "./encodings.ts";
import type { Kind, Ledger, Request } from "./ledger.ts";
import { profiles, reasons, recordsAtMost, unlisted } from "./settings.ts";

/** Names of the 15 columns. */
export const columns = [
  "主体者DN",
  "証明書プロファイルID",
  "ダウンロード方法",
  "失効対象証明書シリアル番号",
  "失効理由",
  "失効理由コメント",
  "予備",
  "利用管理者氏名",
  "利用管理者所属",
  "利用管理者E-mail",
  "利用者氏名",
  "P12ダウンロードファイル名",
  "利用者所属",
  "利用者E-mail",
  "アクセスPIN",
] as const;

/** `number` is the column's, from 1; 0 where the whole file is meant. */
export type Refusal = { code: string; number: number; message: string };
export type Row = { seq: number; cells: string[]; refusals: Refusal[] };

/** What is wrong with the file as a whole, or its rows. */
export function readRows(file: { name: string; octets: Buffer } | null): Refusal | Row[] {
  const whole = (code: string, message: string) => ({ code, number: 0, message });
  if (!file || file.name === "") return whole("208", "指定したファイルは存在しません。");
  if (!/\.(tsv|txt)$/i.test(file.name)) return whole("209", "指定したファイルの拡張子が不正です。");
  if (file.octets.length === 0) return whole("213", "申請ファイルに入力がありません。");
  const text = fromCp932(file.octets);
  if (text === null) return whole(unlisted.encoding, "ファイルの文字コードが不正です。");
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  if (lines.length === 0) return whole("213", "申請ファイルに入力がありません。");
  if (lines.length > recordsAtMost) return tooMany;
  return lines.map((line, at) => ({ seq: at + 1, cells: line.split("\t"), refusals: [] }));
}

export const tooMany: Refusal = {
  code: "214",
  number: 0,
  message: "ファイル内のレコードが指定件数を超えているため申請できません。",
};
export const badStanding: Refusal = {
  code: "215",
  number: 0,
  message: "機関状態が無効なため申請できません。",
};
export const exists: Refusal = refusal("212", 1, "指定したDNはすでに存在しています。");

export function refusal(code: string, number: number, message: string): Refusal {
  return { code, number, message };
}

/** Fills in the refusals of each row: its form first, and only of a well-formed row what it asks for. */
export function checkRows(ledger: Ledger, kind: Kind, rows: Row[]): void {
  const named = new Set(kind === "issue" ? ledger.state.requests.map(({ dn }) => identity(dn)) : []);
  for (const row of rows) {
    row.refusals = formFaults(kind, row.cells);
    if (row.refusals.length > 0) continue;
    const fault = kind === "issue" ? issueFault(row, named) : targetFault(ledger, kind, row, named);
    if (fault) row.refusals = [fault];
  }
}

function formFaults(kind: Kind, cells: string[]): Refusal[] {
  if (cells.length !== columns.length) return [refusal(unlisted.columns, 0, "項目数が不正です。")];
  const faults: Refusal[] = [];
  const cell = (number: number) => cells[number - 1] ?? "";
  const blame = (code: string, number: number, message: string) =>
    faults.push(refusal(code, number, `${columns[number - 1]}${message}`));
  const wanted = (number: number) => {
    if (cell(number) === "") blame("201", number, "は入力必須項目です。");
    return cell(number) !== "";
  };
  const length = (number: number, limit: number) => {
    if (cell(number).length > limit) blame("202", number, `は${limit}桁以内で入力してください。`);
    return cell(number).length <= limit;
  };
  const digits = (number: number) => {
    if (!/^[0-9]+$/.test(cell(number))) blame("204", number, "は半角数字以外の文字が含まれています。");
    return /^[0-9]+$/.test(cell(number));
  };
  const name = (number: number) => wanted(number) && length(number, 64);
  const mail = (number: number) => {
    if (!wanted(number) || !length(number, 78)) return;
    if (!isMail(cell(number))) blame("206", number, "はメール形式ではありません。");
  };

  if (wanted(1)) {
    const fault = faultOf(cell(1));
    if (fault?.code === "202") blame("202", 1, `は${fault.limit}桁以内で入力してください。`);
    if (fault?.code === "206") blame("206", 1, "がDN情報のフォーマットに準じていません。");
  }
  mail(10);
  mail(14);
  if (kind !== "issue" && wanted(4) && length(4, 39)) digits(4);
  if (kind === "revoke") {
    if (wanted(5) && digits(5) && !reasons.includes(cell(5))) blame(unlisted.reason, 5, "が不正です。");
    if (cell(5) === "0") wanted(6);
    length(6, 128);
    // Control characters and half-width katakana.
    if (/[\p{Cc}\uFF61-\uFF9F]/u.test(cell(6))) blame("205", 6, "は不正な文字が含まれています。");
    return faults;
  }
  if (wanted(2) && digits(2)) profileFault(cell, blame);
  if (wanted(3) && digits(3) && cell(3) !== "1") blame(unlisted.method, 3, "が不正です。");
  for (const number of [8, 9, 11, 13]) name(number);
  if (wanted(12) && length(12, 50) && !/^[A-Za-z0-9_-]+$/.test(cell(12)))
    blame(unlisted.characters, 12, "は半角英数字以外の文字が含まれています。");
  if (!/^[A-Za-z0-9]*$/.test(cell(15)))
    blame(unlisted.characters, 15, "は半角英数字以外の文字が含まれています。");
  length(15, 64);
  return faults;
}

/** Of S/MIME the CN is the holder's mail address. */
function profileFault(
  cell: (number: number) => string,
  blame: (code: string, number: number, message: string) => void,
): void {
  const profile = profiles[cell(2)];
  if (!profile) blame(unlisted.profile, 2, "が不正です。");
  else if (profile.kind === "smime" && commonName(cell(1)) !== cell(14))
    blame("206", 1, "がDN情報のフォーマットに準じていません。");
}

function isMail(text: string): boolean {
  return /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(text);
}

/** A name that was ever used, whatever became of it, cannot be issued anew. */
function issueFault({ cells }: Row, named: Set<string>): Refusal | null {
  const own = identity(cells[0] ?? "");
  const used = named.has(own);
  named.add(own);
  return used ? exists : null;
}

/** The certificate to renew or to revoke must be there, bear the name, and not be under way already. */
function targetFault(ledger: Ledger, kind: Kind, { cells }: Row, named: Set<string>): Refusal | null {
  const [dn = "", , , serial = ""] = cells;
  const target = certificateOf(ledger, serial);
  const isAsked = named.has(serial);
  named.add(serial);
  if (!target || identity(target.dn) !== identity(dn))
    return refusal(unlisted.certificate, 4, "指定した証明書は存在しません。");
  const open = kind === "renew" ? ["issued", "revoked"] : ["issued", "renewed"];
  if (!open.includes(target.state)) return refusal(unlisted.certificate, 4, "証明書の状態が不正です。");
  if (isAsked || isUnderWay(ledger, kind, target))
    return refusal(unlisted.underWay, 4, "指定した証明書は申請中です。");
  return null;
}

export function certificateOf(ledger: Ledger, serial: string): Request | undefined {
  const plain = serial.replace(/^0+(?=.)/, "");
  return ledger.state.requests.find((request) => request.kind !== "revoke" && request.serial === plain);
}

function isUnderWay(ledger: Ledger, kind: Kind, target: Request): boolean {
  const now = new Date().toISOString();
  return ledger.state.requests.some(
    (request) =>
      request.kind === kind &&
      request.oldSerial === target.serial &&
      (request.state === "queued" || (request.state === "to_collect" && request.collectUntil > now)),
  );
}
