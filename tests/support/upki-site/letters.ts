/** What the service's mails say: subjects, texts, blocks. */
import { nameInCertificate, split } from "./dn.ts";
import type { MailKind, Request } from "./ledger.ts";
import { institution, profiles } from "./settings.ts";

/** Two of the subjects have an English half, since 2018. */
export const subjects = {
  pin: "[UPKI] アクセスPIN発行通知",
  acceptance: "[UPKI] クライアント証明書発行受付通知 / [UPKI] client certificate issue acceptance notice",
  collected: "[UPKI] クライアント証明書取得通知",
  renewed: "[UPKI] クライアント証明書更新通知",
  revoked:
    "[UPKI] クライアント証明書失効完了通知 / [UPKI] client certificate revocation completion notification",
} as const satisfies Partial<Record<MailKind, string>>;

const line = "　---------------------------------------------";
const indented = (text: string) => `　${text}`;

/** One RDN a line, between two dashed lines. */
const dnBlock = (title: string, dn: string) =>
  [`【${title}】`, line, ...split(dn).map(({ type, value }) => indented(`${type}=${value}`)), line].join(
    "\n",
  );
const block = (title: string, value: string) => `【${title}】\n${indented(value)}`;

const foot = `${line.slice(1)}
このメールに心当たりがない場合や不明点等ございましたら、
貴機関の登録担当者までご連絡ください。

国立情報学研究所 電子証明書自動発行支援システム (模擬)
${line.slice(1)}`;

export function mailedName(request: Request): string {
  return nameInCertificate(request.dn, profiles[request.profile]?.kind ?? "client");
}

export function pinText(request: Request, url: string): string {
  return [
    `${institution.name} ${request.manager.affiliation}\n${request.manager.name} 様`,
    "クライアント証明書のアクセスPINを発行しました。\n次のURLにアクセスし、アクセスPINを取得してください。",
    block("アクセスPIN取得URL", url),
    "URLの有効期限は1か月です。取得は一度だけ行えます。\n取得したアクセスPINは、利用者本人に安全な方法でお渡しください。",
    foot,
  ].join("\n\n");
}

export function acceptanceText(request: Request, url: string): string {
  return [
    `${request.holder.affiliation}\n${request.holder.name} 様`,
    "クライアント証明書の発行を受け付けました。\n利用管理者からアクセスPINを受け取り、以下の手順で証明書を取得してください。",
    "1) アクセスPINの受け取り\n利用管理者からアクセスPINを受け取ります。",
    `2) クライアント証明書の取得\n次のURLにアクセスし、アクセスPINを入力してください。\n証明書取得URL\n${url}`,
    "URLの有効期限は1か月です。取得は一度だけ行えます。",
    foot,
    `Your client certificate has been accepted.\nPlease access the following URL and enter your access PIN.\n${url}`,
  ].join("\n\n");
}

export function collectedText(request: Request): string {
  return [
    `${request.manager.name} 様`,
    "以下のクライアント証明書が取得されました。",
    dnBlock("対象証明書DN", mailedName(request)),
    block("対象証明書シリアル番号", request.serial),
    foot,
  ].join("\n\n");
}

export function renewedText(request: Request): string {
  return [
    `${request.manager.name} 様`,
    "以下のクライアント証明書が更新されました。",
    dnBlock("対象証明書DN", mailedName(request)),
    block("新証明書シリアル番号", request.serial),
    block("旧証明書のシリアル番号", request.oldSerial),
    foot,
  ].join("\n\n");
}

export function revokedText(request: Request, revoked: { dn: string; serial: string }): string {
  return [
    `${institution.name} 登録担当者 様`,
    "以下のクライアント証明書の失効が完了しました。",
    dnBlock("失効証明書DN", revoked.dn),
    block("失効証明書シリアル番号", revoked.serial),
    block("失効理由", request.reason),
    ...(request.comment ? [block("失効理由コメント", request.comment)] : []),
    foot,
    "The revocation of the following client certificate has been completed.",
    dnBlock("Revoked certificate DN", revoked.dn),
    block("Revoked certificate serial number", revoked.serial),
  ].join("\n\n");
}
