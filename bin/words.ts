/** What the console says. */
import { setTimeout as pause } from "node:timers/promises";
import type { Env } from "../server/env.ts";
import { Refusal } from "./refusal.ts";

const began = Date.now();

export function say(sentence: string) {
  console.log(`[${((Date.now() - began) / 1000).toFixed(1)} s] ${sentence}`);
}

/** What waiting does not mend, and what to do about it. */
const hopeless = {
  "metadata refused":
    "The federation's metadata could not be read or are not signed as they must be; what is wrong is said above: look at FEDERATION_METADATA_URL (or FEDERATION_MDQ_URL) and FEDERATION_SIGNING_CERT, and start again.",
  "keys cannot be used":
    "The CA's keys in this database cannot be opened: set SEALING_KEY to the one that the database was begun with, and start again.",
};

/** Waits until the portal says of itself that it is well; gives up after two minutes with what it says instead. */
export async function healthy(port: number) {
  let said = "no answer";
  for (const end = Date.now() + 120_000; Date.now() < end; await pause(100)) {
    try {
      const response = await fetch(`http://localhost:${port}/api/ready`);
      if (response.ok) return;
      said = (await response.text()).slice(0, 300);
      const fault = Object.entries(hopeless).find(([part]) => said.includes(`"${part}"`));
      if (fault) throw new Refusal(fault[1]);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      said = String(error);
    }
  }
  throw new Refusal(`The portal did not become ready; what it says of itself: ${said}`);
}

/** `upkiSite`: where the stand-in of NII's service is, when it was started too. */
export function greeting(env: Env, upkiSite?: string) {
  const demo = env.DEMO_FEDERATION
    ? `
  Demo accounts / デモ用アカウント（password / パスワード: password）
    デモ大学A   hanako, taro, tanaka; admin（operator / 運用者）; registrar（登録担当者）; jiro, saburo（attributes not in order / 属性に不備のある人）
    デモ高専B   tanaka, sakura
`
    : "";
  const outbox =
    env.RESEND_API_KEY || env.SMTP_URL
      ? ""
      : `\n  Mails are read here / メールはここで読めます: ${env.BASE_URL}/outbox\n`;
  const upki = upkiSite
    ? `
  Certificates are ordered from a stand-in of NII's service / 証明書は NII のサービスの模擬サーバーから取り寄せます: ${upkiSite}
  Its TLS certificate is its own: the browser warns, and may be told to go on. / ブラウザーの警告は、そのまま進んでかまいません
`
    : "";
  console.log(`
  The portal is ready / ポータルの準備ができました: ${env.BASE_URL}
${demo}${outbox}${upki}
  Ctrl-C stops everything. / Ctrl-C で停止します
`);
}
