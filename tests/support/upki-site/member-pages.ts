/** The pages that anybody with a URL of a mail may open: the PIN for the portal, and STEP1 to STEP3 for the member. */
import { buffer } from "node:stream/consumers";
import iconv from "iconv-lite";
import yazl from "yazl";
import { type Answer, type Ask, newSession, type Route } from "./exchange.ts";
import { strike } from "./faults.ts";
import type { Request } from "./ledger.ts";
import { errorPage, escaped, page } from "./page.ts";
import { collect, isOpen, type Parts, tryPin } from "./service.ts";

const base = "/upki-odcert/download";
const refused: Answer = { body: errorPage("指定されたURLへのアクセスは拒否されました。") };
const noCertificate: Answer = { body: errorPage("有効な証明書情報がありません。") };

export function memberPages(parts: Parts): Route[] {
  const { ledger } = parts;
  const find = (isIt: (request: Request) => boolean) => ledger.state.requests.find(isIt);
  const ofPin = (token: string | null) => {
    const request = token ? find(({ pinToken }) => pinToken === token) : undefined;
    return isOpen(request) && !request.pinFetchedAt ? request : undefined;
  };
  const ofCollect = (token: string | null) => {
    const request = token ? find(({ collectToken }) => collectToken === token) : undefined;
    return isOpen(request) ? request : undefined;
  };

  const pinEntrance = ({ url }: Ask): Answer => {
    const token = url.searchParams.get("p1");
    if (!token || !ofPin(token)) return refused;
    return {
      body: page(pinForm("spEntranceCliPin", token, "次へ"), titles.pin),
      session: newSession("pin", token),
    };
  };
  const pinConfirmation = ({ session, form }: Ask): Answer => {
    const request = ofPin(form.fields.get("p1") ?? null);
    if (session?.step !== "pin" || session.token !== request?.pinToken) return refused;
    const body = page(pinForm("spDLCliPin", session.token, "ダウンロード"), titles.pin);
    return { body, session: { ...session, step: "pin_download" } };
  };
  const pinFile = async ({ session, form }: Ask): Promise<Answer> => {
    const request = ofPin(form.fields.get("p1") ?? null);
    if (session?.step !== "pin_download" || session.token !== request?.pinToken) return refused;
    if (strike(ledger, "pin_page_500"))
      return { status: 500, body: errorPage("システムエラーが発生しました。") };
    request.pinFetchedAt = new Date().toISOString();
    await ledger.save();
    const encoding = strike(ledger, "pin_file_encoding")?.encoding ?? "cp932";
    const zip = await zipOf(pinText(request), encoding);
    const file = { name: "pin.zip", type: "application/zip" };
    return { body: zip, file, cut: strike(ledger, "pin_page_cut") ? "half" : undefined };
  };

  const step1 = ({ url }: Ask): Answer => {
    const token = url.searchParams.get("p1");
    if (!token || !ofCollect(token)) return refused;
    return { body: page(stepOne(""), titles.collect), session: newSession("step1", token) };
  };
  const step2 = ({ session, form }: Ask): Answer => {
    if (session?.step !== "step1") return refused;
    const request = ofCollect(session.token);
    if (!request) return refused;
    const answer = tryPin(request, form.fields.get("accessPin")?.trim() ?? "");
    if (answer === "locked") return noCertificate;
    if (answer === "wrong") return { body: page(stepOne("アクセスPINが正しくありません。"), titles.collect) };
    return { body: page(stepTwo, titles.collect), session: { ...session, step: "step2" } };
  };
  const download = async ({ session }: Ask): Promise<Answer> => {
    if (session?.step !== "step2") return refused;
    const request = ofCollect(session.token);
    if (!request) return refused;
    const p12 = await collect(parts, request);
    const file = { name: `${request.fileName}.p12`, type: "application/x-pkcs12" };
    return { body: p12, file };
  };
  const step3 = ({ session }: Ask): Answer => {
    if (session?.step !== "step2") return refused;
    const isDone = ofCollect(session.token) === undefined;
    return { body: page(isDone ? stepThree : stepTwo, titles.collect) };
  };

  return [
    { method: "GET", path: `${base}/SPEntranceCliPin.jsp`, page: "pin", deed: pinEntrance },
    { method: "POST", path: `${base}/spEntranceCliPin.do`, page: "pin_entry", deed: pinConfirmation },
    { method: "POST", path: `${base}/spDLCliPin.do`, page: "pin_download", deed: pinFile },
    { method: "GET", path: `${base}/SPEntranceCli.jsp`, page: "collect", deed: step1 },
    { method: "POST", path: `${base}/spEntranceCli.do`, page: "collect_entry", deed: step2 },
    { method: "POST", path: `${base}/spDLCli.do`, page: "collect_download", deed: download },
    { method: "POST", path: `${base}/spEndCli.do`, page: "collect_end", deed: step3 },
  ];
}

/** A header line, and one line a certificate. */
function pinText({ holder, pin, dn }: Request): string {
  const head = ["利用者氏名", "E-mail", "PIN", "DN"];
  return [head, [holder.name, holder.mail, pin, dn]].map((line) => `${line.join("\t")}\r\n`).join("");
}

async function zipOf(text: string, encoding: string): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  zip.addBuffer(iconv.encode(text, encoding), "pin.txt");
  zip.end();
  return buffer(zip.outputStream);
}

const titles = {
  pin: "国立情報学研究所 電子証明書自動発行支援システム(アクセスPIN取得サイト)",
  collect: "国立情報学研究所 電子証明書自動発行支援システム(証明書発行サイト)",
};

function pinForm(action: string, token: string, button: string): string {
  return `<h1>●クライアント証明書 アクセスPIN取得画面</h1>
<form name="${action}Form" method="post" action="${base}/${action}.do">
<input type="hidden" name="p1" value="${escaped(token)}">
<p>アクセスPINを取得します。取得は一度だけ行えます。</p>
<input type="submit" value="${button}">
</form>`;
}

const collectHead = (step: string) => `<p>情報・システム研究機構<br>国立情報学研究所</p>
<p>${titles.collect}</p>
<h1>●クライアント証明書 ダウンロード画面【${step}】</h1>
<p>証明書発行は以下の手順で行います。</p>
<p>【STEP1】アクセスPINを入力<br>【STEP2】証明書を受け取る<br>【STEP3】完了</p>
<hr>`;

const stepOne = (problem: string) => `${collectHead("STEP1")}
<h2>【STEP1】アクセスPINを入力</h2>
${problem && `<p><font color="#FF0000">${problem}</font></p>`}
<form name="SPEntranceCliForm" method="post" action="${base}/spEntranceCli.do">
<p>管理者からアクセスPINを取得し、以下に入力してください。</p>
<p><label for="accessPin">アクセスPIN(半角英数字):</label>
<input type="text" id="accessPin" name="accessPin" size="40" maxlength="64" autocomplete="off"></p>
<input type="submit" value="次へ">
</form>`;

const stepTwo = `${collectHead("STEP2")}
<h2>【STEP2】証明書を受け取る</h2>
<form name="SPDLCliForm" method="post" action="${base}/spDLCli.do">
<p>「ダウンロード」ボタンをクリックし、証明書ファイル(拡張子.p12)を保存してください。<br>
ダウンロードに失敗しても、再ダウンロードはできません。</p>
<input type="submit" value="ダウンロード">
</form>
<form name="SPEndCliForm" method="post" action="${base}/spEndCli.do">
<p>保存できましたら「次へ」ボタンをクリックしてください。</p>
<input type="submit" value="次へ">
</form>`;

const stepThree = `${collectHead("STEP3")}
<h2>【STEP3】完了</h2>
<p>証明書の受け取りが完了しました。ブラウザを閉じてください。</p>`;
