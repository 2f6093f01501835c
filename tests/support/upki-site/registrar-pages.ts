/** The registrar's site: login, frames, menu, upload and its reply, list. Pages out of their order are refused. */
import { randomUUID } from "node:crypto";
import {
  badStanding,
  checkRows,
  columns,
  exists,
  type Refusal,
  type Row,
  readRows,
  refusal,
  tooMany,
} from "./check.ts";
import { toCp932 } from "./encodings.ts";
import { type Answer, type Ask, newSession, type Route, type Session } from "./exchange.ts";
import { strike } from "./faults.ts";
import type { Kind } from "./ledger.ts";
import { listText } from "./list.ts";
import { errorPage, escaped, frameset, page, table } from "./page.ts";
import { type Parts, takeUpload, work } from "./service.ts";
import { institution } from "./settings.ts";

const base = "/upki-odcert/lra";
const kinds: Record<string, Kind> = { "1": "issue", "2": "renew", "3": "revoke" };
const words: Record<Kind, string> = { issue: "発行", renew: "更新", revoke: "失効" };

const outOfOrder: Answer = { body: errorPage("不正な画面遷移です。もう一度ログインしてください。") };

export function registrarPages(parts: Parts): Route[] {
  /** Whose upload is under way. */
  let busy: string | null = null;

  const login = (): Answer => {
    if (strike(parts.ledger, "login_refused")) return { body: errorPage("ログインできません。") };
    const frames = [
      { name: "ue", src: `${base}/Header.do` },
      { name: "hidari", src: "SideMenu.do" },
      { name: "migi", src: `${base}/Information.do` },
    ];
    return { body: frameset(frames), session: newSession("frames") };
  };

  const menu = ({ session }: Ask): Answer => {
    if (!session) return outOfOrder;
    return { body: page(menuForm), session: { ...session, step: "menu" } };
  };

  const form = ({ session, form }: Ask): Answer => {
    if (!session || session.step === "frames") return outOfOrder;
    if (form.fields.get("forwardName") !== "SP1011")
      return { body: errorPage("このメニューはご利用になれません。") };
    return { body: page(uploadForm), session: { ...session, step: "form" } };
  };

  const upload = async (ask: Ask): Promise<Answer> => {
    const { session } = ask;
    if (strike(parts.ledger, "cut_before_upload")) return { body: "", cut: "whole" };
    if (session?.step !== "form") return outOfOrder;
    if (busy || strike(parts.ledger, "busy"))
      return { body: errorPage("他の申請を処理中です。しばらくしてからもう一度操作してください。") };
    busy = randomUUID();
    try {
      await ask.slow();
      return await takeFile(parts, ask, session);
    } finally {
      busy = null;
    }
  };

  const list = ({ session }: Ask): Answer => {
    if (!session) return outOfOrder;
    const lags = strike(parts.ledger, "list_lags") !== undefined;
    return {
      body: toCp932(listText(parts.ledger, lags)),
      file: { name: "clientAll.tsv", type: "application/octet-stream; charset=Shift_JIS" },
    };
  };

  const plain =
    (text: string) =>
    ({ session }: Ask): Answer =>
      session ? { body: page(text) } : outOfOrder;
  return [
    { method: "GET", path: `${base}/SSLLogin.do`, page: "login", deed: login },
    {
      method: "GET",
      path: `${base}/Header.do`,
      page: "header",
      deed: plain("電子証明書自動発行支援システム"),
    },
    {
      method: "GET",
      path: `${base}/Information.do`,
      page: "information",
      deed: plain("お知らせはありません。"),
    },
    { method: "GET", path: `${base}/SideMenu.do`, page: "frame", deed: menu },
    { method: "POST", path: `${base}/MainMenu.do`, page: "menu", deed: form },
    { method: "POST", path: `${base}/SP1011.do`, page: "upload", isSlowInside: true, deed: upload },
    { method: "GET", path: `${base}/syomeiDL_S_Cli.do`, page: "list", deed: list },
  ];
}

async function takeFile(parts: Parts, { form }: Ask, session: Session): Promise<Answer> {
  const kind = kinds[form.fields.get("applyType") ?? ""];
  const errorFlg = form.fields.get("errorFlg");
  if (!kind || !(errorFlg === "0" || errorFlg === "1")) return outOfOrder;
  const back = { ...session, step: "menu" };
  const read = standing(parts) ?? readRows(form.files.get("file") ?? null);
  if (!Array.isArray(read)) {
    takeUpload(parts, kind, [], false);
    return { body: refusedPage(kind, [{ seq: 1, cells: [], refusals: [read] }]), session: back };
  }
  checkRows(parts.ledger, kind, read);
  blameByFault(parts, read);
  const bad = read.filter(({ refusals }) => refusals.length > 0);
  const isTaken = bad.length === 0 || (errorFlg === "1" && bad.length < read.length);
  takeUpload(parts, kind, read, isTaken);
  await parts.ledger.save();
  const after = isTaken && parts.settings.queue === 0 ? workAfterwards(parts) : undefined;
  if (strike(parts.ledger, "cut_after_upload")) return { body: "", cut: "whole", after };
  return { body: isTaken ? takenPage(kind, read) : refusedPage(kind, bad), session: back, after };
}

/** Where the queue does not wait, it is worked as soon as the registrar has the reply. */
function workAfterwards(parts: Parts): () => void {
  let start = () => {};
  const started = new Promise<void>((go) => {
    start = go;
  });
  parts.settled = started.then(async () => void (await work(parts)));
  return start;
}

function standing({ ledger }: Parts): Refusal | null {
  if (strike(ledger, "institution_bad_standing")) return badStanding;
  if (strike(ledger, "too_many_records")) return tooMany;
  return null;
}

/** The first row is refused for what a fault says. */
function blameByFault({ ledger }: Parts, [first]: Row[]): void {
  if (!first) return;
  if (strike(ledger, "dn_exists")) first.refusals = [exists];
  const unknown = strike(ledger, "unknown_code");
  if (unknown) first.refusals = [refusal(unknown.code ?? "299", 1, unknown.text ?? "予期しないエラーです。")];
}

/** Code, number and name of the column, sentence. */
function cellOf({ refusals }: Row): string {
  return refusals
    .map(({ code, number, message }) =>
      escaped(`${code}:${number},${columns[number - 1] ?? "申請ファイル"},${message}`),
    )
    .join("<br>\n");
}

const heading = (text: string) => `<table>
    <tr><td align="center"><img src="/img/submenu_dot.gif"><b>クライアント証明書　${text}</b></td></tr>
    <tr><td>&nbsp;</td></tr>`;

function takenPage(kind: Kind, rows: Row[]): string {
  const heads = ["SEQ", "処理結果", "エラー内容", "機関名", "所属名", "氏名", "メールアドレス"];
  const lines = rows.map((row) => {
    const { seq, cells, refusals } = row;
    const holder = [institution.name, cells[12] ?? "", cells[10] ?? "", cells[13] ?? ""].map(escaped);
    return [String(seq), refusals.length > 0 ? "NG" : "OK", cellOf(row), ...holder];
  });
  const next = {
    issue: "証明書の発行処理が完了しましたら、利用管理者様と利用者様にメールを送信いたします。",
    renew: "証明書の更新処理が完了しましたら、利用管理者様と利用者様にメールを送信いたします。",
    revoke: "証明書の失効処理が完了しましたら、メールを送信いたします。",
  };
  return page(`${heading(kind === "revoke" ? "失効申請完了画面" : "発行・更新申請完了画面")}
    <tr><td style="position:relative;left:10px">
        ファイルのアップロード処理が完了しました。<br>
        <ul>
            <li>${next[kind]}</li>
        </ul>
    </td></tr>
    <tr><td>&nbsp;</td></tr>
    <tr style="position:relative;left:10px;"><td align="center">
    ${table(heads, lines)}
    </td></tr>
</table>`);
}

function refusedPage(kind: Kind, rows: Row[]): string {
  const lines = rows.map((row) => [String(row.seq), "NG", cellOf(row)]);
  return page(`${heading("発行・更新・失効申請エラー画面")}
    <tr style="position:relative;left:10px"><td>
        クライアント証明書　${words[kind]}処理が以下のエラーにより正常終了しませんでした。
    </td></tr>
    <tr><td>&nbsp;</td></tr>
    <tr style="position:relative;left:10px;"><td align="center">
    ${table(["SEQ", "処理結果", "エラー内容"], lines)}
    </td></tr>
</table>`);
}

const menuForm = `<form name="MainMenuForm" method="post" action="${base}/MainMenu.do" target="migi">
<input type="hidden" name="forwardName" value="">
<ul>
    <li><a href="#" onclick="document.MainMenuForm.forwardName.value='SP1011';document.MainMenuForm.submit();return false">発行・更新・失効</a></li>
    <li><a href="#" onclick="document.MainMenuForm.forwardName.value='SP1041';document.MainMenuForm.submit();return false">利用管理者情報</a></li>
    <li><a href="${base}/syomeiDL_S_Cli.do">全証明書情報一括ダウンロード</a></li>
</ul>
</form>`;

const uploadForm = `<form name="SP1011" method="post" action="${base}/SP1011.do" enctype="multipart/form-data">
${heading("発行・更新・失効申請画面")}
    <tr><td>処理内容
        <select name="applyType">
            <option value="1" selected>発行</option>
            <option value="2">更新</option>
            <option value="3">失効</option>
        </select>
    </td></tr>
    <tr><td>
        <input type="radio" name="errorFlg" value="0" checked>エラーがあれば全件処理を中止
        <input type="radio" name="errorFlg" value="1">エラーの行を除いて処理
    </td></tr>
    <tr><td>申請ファイル <input type="file" name="file"></td></tr>
    <tr><td><input type="submit" value="アップロード"></td></tr>
</table>
</form>`;
