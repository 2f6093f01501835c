import type { OutgoingLetter } from "@/server/mail/port.ts";

export const ticketUrl = `https://portal.example.ac.jp/ja/issue/${"Zx9_-Qa1".repeat(8)}`;

/** A letter to 花子, with what the given test changes. */
export function letterTo(changes: Partial<OutgoingLetter> = {}): OutgoingLetter {
  return {
    key: "acceptance:order1",
    messageId: "<5f2a9c@portal.example.ac.jp>",
    from: "証明書ポータル <portal@portal.example.ac.jp>",
    to: "hanako@a.example.ac.jp",
    subject: "[UPKI] クライアント証明書発行受付通知",
    html: `<html lang="ja"><p>取得: <a href="${ticketUrl}">取得する</a></p></html>`,
    text: `国立 花子 様\n\n証明書を取得してください。\n${ticketUrl}\n`,
    headers: { "Auto-Submitted": "auto-generated", "Content-Language": "ja" },
    ...changes,
  };
}
