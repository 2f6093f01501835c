/** 全証明書情報: every certificate of the institution as TSV with a header. */
import type { Ledger, Request } from "./ledger.ts";
import { institution, listStates, profiles } from "./settings.ts";

/**
 * The columns in their order. NII names some of them and the places of 主体者DN (4), 状態 (12), 利用者E-mail (15),
 * 発行・更新申請-シリアル番号 (24) and of both expiries (27, 28); the others are plausible.
 */
const columns: [name: string, value: (request: Request, revocation: Request | undefined) => string][] = [
  ["機関ID", () => institution.id],
  ["機関名", () => institution.name],
  ["証明書ID", ({ id }) => String(id)],
  ["主体者DN", ({ dn }) => dn],
  ["証明書プロファイルID", ({ profile }) => profile],
  [
    "証明書種別",
    ({ profile }) => (profiles[profile]?.kind === "smime" ? "S/MIME証明書" : "クライアント証明書"),
  ],
  ["ダウンロード方法", () => "1"],
  ["P12ダウンロードファイル名", ({ fileName }) => fileName],
  ["利用管理者氏名", ({ manager }) => manager.name],
  ["利用管理者所属", ({ manager }) => manager.affiliation],
  ["利用管理者E-mail", ({ manager }) => manager.mail],
  ["状態", ({ state }) => listStates[state as keyof typeof listStates]],
  ["利用者氏名", ({ holder }) => holder.name],
  ["利用者所属", ({ holder }) => holder.affiliation],
  ["利用者E-mail", ({ holder }) => holder.mail],
  ["登録担当者ID", () => "LRA0999"],
  ["登録担当者氏名", () => "国立 花子"],
  ["登録担当者所属", () => "情報基盤センター"],
  ["登録日時", ({ requestedAt }) => japanTime(requestedAt)],
  ["更新日時", ({ requestedAt, notBefore, revokedAt }) => japanTime(revokedAt || notBefore || requestedAt)],
  ["発行・更新申請-申請種別", ({ kind }) => (kind === "renew" ? "2" : "1")],
  ["発行・更新申請-申請ID", ({ id }) => String(id)],
  ["発行・更新申請-日時", ({ requestedAt }) => japanTime(requestedAt)],
  ["発行・更新申請-シリアル番号", ({ serial }) => serial],
  ["発行・更新申請-アクセスPIN取得日時", ({ pinFetchedAt }) => japanTime(pinFetchedAt)],
  ["発行・更新申請-有効期間開始日時", ({ notBefore }) => japanTime(notBefore)],
  ["発行・更新申請-有効期限", ({ notAfter }) => japanTime(notAfter)],
  ["発行・更新申請-ダウンロードURL有効期限", ({ collectUntil }) => japanTime(collectUntil)],
  ["発行・更新申請-ダウンロード日時", ({ notBefore }) => japanTime(notBefore)],
  ["発行・更新申請-更新対象シリアル番号", ({ oldSerial }) => oldSerial],
  ["発行・更新申請-処理結果", () => "OK"],
  ["発行・更新申請-エラー内容", () => ""],
  ["失効申請-申請ID", (_, revocation) => (revocation ? String(revocation.id) : "")],
  ["失効申請-日時", (_, revocation) => japanTime(revocation?.requestedAt ?? "")],
  ["失効申請-シリアル番号", (_, revocation) => revocation?.oldSerial ?? ""],
  ["失効申請-失効理由", (_, revocation) => revocation?.reason ?? ""],
  ["失効申請-失効理由コメント", (_, revocation) => revocation?.comment ?? ""],
  ["失効申請-失効日時", ({ revokedAt }) => japanTime(revokedAt)],
  ["失効申請-処理結果", (_, revocation) => (revocation?.state === "done" ? "OK" : "")],
  ["失効申請-エラー内容", () => ""],
  ["審査日時", ({ requestedAt }) => japanTime(requestedAt)],
  ["備考", () => ""],
];

/** `lags`: what waits in the queue is not in the list yet. */
export function listText(ledger: Ledger, lags: boolean): string {
  const revocations = new Map(
    ledger.state.requests
      .filter(({ kind }) => kind === "revoke")
      .map((request) => [request.oldSerial, request]),
  );
  const rows = ledger.state.requests
    .filter(({ kind, state }) => kind !== "revoke" && !(lags && state === "queued"))
    .map((request) => {
      const revocation = request.serial ? revocations.get(request.serial) : undefined;
      return columns.map(([, value]) => value(request, revocation)).join("\t");
    });
  return `${[columns.map(([name]) => name).join("\t"), ...rows].join("\r\n")}\r\n`;
}

/** In Japan, to the second. */
function japanTime(iso: string): string {
  if (!iso) return "";
  const there = new Date(Date.parse(iso) + 9 * 60 * 60 * 1000).toISOString();
  return there.slice(0, 19).replaceAll("-", "/").replace("T", " ");
}
