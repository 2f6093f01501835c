/** How the service's pages look: HTML 4 with tables, forms and frames, in Japanese. */

const title = "国立情報学研究所 電子証明書自動発行支援システム";
const doctype = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">';

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

export function page(body: string, name = title): string {
  return `${doctype}

<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=EUC-JP">
<title>${name}</title>
</head>

<body>
${body}
</body>
</html>
`;
}

export function frameset(frames: { name: string; src: string }[]): string {
  const [top, left, right] = frames.map(({ name, src }) => `<frame name="${name}" src="${src}">`);
  return `${doctype}

<html>
<head>
<title>${title}</title>
</head>
<frameset rows="80,*" border="0">
  ${top}
  <frameset cols="220,*">
    ${left}
    ${right}
  </frameset>
  <noframes><body>フレーム対応のブラウザでご覧ください。</body></noframes>
</frameset>
</html>
`;
}

/** A sentence alone, such as a refusal. */
export function errorPage(sentence: string): string {
  return page(`<table>
    <tr><td align="center"><b>エラー画面</b></td></tr>
    <tr><td>&nbsp;</td></tr>
    <tr><td><font color="#FF0000">${sentence}</font></td></tr>
</table>`);
}

/** A table as the upload's reply has it; an empty cell holds a space. */
export function table(heads: string[], rows: string[][]): string {
  const cells = (tag: "th" | "td", row: string[]) =>
    row
      .map(
        (cell) => `            <${tag} align="center" nowrap><font size="-1">

                ${cell || "&nbsp;"}
            </font></${tag}>`,
      )
      .join("\n");
  const lines = rows.map((row) => `        <tr>\n${cells("td", row)}\n        </tr>`);
  return `<table border="1" bordercolor="#808080">
        <tr style="background:#AAAAAA">
${cells("th", heads)}
        </tr>

${lines.join("\n\n")}

    </table>`;
}

/** The same page after the service was rebuilt: other names, other places, another sentence. */
export function changedPage(html: string): string {
  return html
    .replaceAll(/ (name|src|action)="/g, ' data-was-$1="')
    .replaceAll("ファイルのアップロード処理が完了しました。", "申請ファイルを受け付けました。")
    .replaceAll("処理結果", "結果")
    .replaceAll("エラー内容", "内容");
}
