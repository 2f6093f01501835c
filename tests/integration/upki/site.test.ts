/** The stand-in of NII's service, asked with plain HTTPS and judged by OpenSSL. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import iconv from "iconv-lite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import yauzl from "yauzl";
import { listen } from "../../support/listen.ts";
import { run, tool } from "../../support/tools.ts";
import { openPost } from "../../support/upki-site/post.ts";
import { startUpkiSite, type UpkiSite } from "../../support/upki-site/start.ts";

const hasOpenssl = tool("openssl");
const base = "OU=No 1,OU=Demo,O=Example University,L=Academe,ST=Tokyo,C=JP";
const mailbox = "upki@portal.example.ac.jp";

let folder: string;
let site: UpkiSite;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "upki-site-"));
  site = await startUpkiSite({ folder });
});
afterAll(async () => {
  await site.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => site.control("/reset", {}));
afterEach(() => site.control("/calm", {}));

type Got = { status: number; type: string; octets: Buffer; text: string };

/** A browser that keeps cookies; `isRegistrar` shows the registrar's certificate. */
function browser(isRegistrar: boolean) {
  let cookie = "";
  return async (url: string, form?: { type: string; body: Buffer }): Promise<Got> => {
    const headers: Record<string, string> = cookie ? { cookie } : {};
    if (form) Object.assign(headers, { "content-type": form.type, "content-length": form.body.length });
    const options: RequestOptions = {
      method: form ? "POST" : "GET",
      headers,
      ca: await readFile(site.siteCa),
      agent: false,
      ...(isRegistrar ? { pfx: await readFile(site.registrarP12), passphrase: site.passphrase } : {}),
    };
    return new Promise((resolve, reject) => {
      request(url, options, async (answer) => {
        cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? cookie;
        try {
          const octets = Buffer.concat(await answer.toArray());
          const type = answer.headers["content-type"] ?? "";
          resolve({ status: answer.statusCode ?? 0, type, octets, text: iconv.decode(octets, "EUC-JP") });
        } catch (error) {
          reject(error);
        }
      })
        .on("error", reject)
        .end(form?.body);
    });
  };
}

const fields = (values: Record<string, string>) => ({
  type: "application/x-www-form-urlencoded",
  body: Buffer.from(new URLSearchParams(values).toString()),
});

function uploadForm(kind: "1" | "2" | "3", file: Buffer | string, name = "request.tsv", errorFlg = "0") {
  const mark = "----upload";
  const field = (key: string, value: string) =>
    `--${mark}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`;
  const head = `--${mark}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n`;
  const octets = typeof file === "string" ? iconv.encode(file, "cp932") : file;
  const before = Buffer.from(field("applyType", kind) + field("errorFlg", errorFlg) + head);
  return {
    type: `multipart/form-data; boundary=${mark}`,
    body: Buffer.concat([before, octets, Buffer.from(`\r\n--${mark}--\r\n`)]),
  };
}

const lra = () => `${site.url}/upki-odcert/lra`;

/** Logs in and goes as far as the upload form. */
async function registrarAtForm() {
  const visit = browser(true);
  await visit(`${lra()}/SSLLogin.do`);
  await visit(`${lra()}/SideMenu.do`);
  await visit(`${lra()}/MainMenu.do`, fields({ forwardName: "SP1011" }));
  return visit;
}

async function upload(...form: Parameters<typeof uploadForm>): Promise<Got> {
  const visit = await registrarAtForm();
  return visit(`${lra()}/SP1011.do`, uploadForm(...form));
}

type Changes = Record<number, string>;

function row(cells: string[], changes: Changes): string {
  return cells.map((cell, at) => changes[at + 1] ?? cell).join("\t");
}

const issueRow = (dn: string, changes: Changes = {}) =>
  row(
    [
      dn,
      "5",
      "1",
      "",
      "",
      "",
      "",
      "証明書 係",
      "情報基盤センター",
      mailbox,
      "国立 花子",
      "cert-1",
      "工学部",
      "hanako@example.ac.jp",
      "",
    ],
    changes,
  );
const renewRow = (dn: string, serial: string) => issueRow(dn, { 4: serial });
const revokeRow = (dn: string, serial: string, reason = "5", comment = "") =>
  row([dn, "", "", serial, reason, comment, "", "", "", mailbox, "", "", "", "hanako@example.ac.jp", ""], {});

/** The newest mail of the kind, as it left. */
async function mail(kind: string): Promise<{ raw: Buffer; text: string; to: string[]; subject: string }> {
  const { mails } = await site.control("/mails");
  const letter = mails.findLast((one: { kind: string }) => one.kind === kind);
  if (!letter) throw new Error(`no mail ${kind}`);
  const raw = Buffer.from(await (await fetch(`${site.controlUrl}/mails/${letter.id}`)).arrayBuffer());
  return { raw, text: readText(raw), to: letter.to, subject: letter.subject };
}

/** The text of a mail as it stands in it: quoted-printable, and JIS between its escape sequences. */
function readText(raw: Buffer): string {
  const entity = /Content-Transfer-Encoding: quoted-printable\r\n\r\n([\s\S]*?)(?:\r\n-{6}|$)/;
  const [, body = ""] = entity.exec(raw.toString("latin1")) ?? [];
  const octetsOf = (quoted: string) =>
    quoted.replaceAll(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  const wideOf = (signs: string) =>
    iconv.decode(Buffer.from([...octetsOf(signs)].map((sign) => sign.charCodeAt(0) | 0x80)), "EUC-JP");
  const text = body
    .replaceAll("=\r\n", "")
    .replaceAll("\r\n", "\n")
    .replaceAll(/=1B\$B(.*?)=1B\(B/g, (_, signs: string) => wideOf(signs));
  return octetsOf(text);
}

const urlIn = (text: string) => /https:\/\/\S+/.exec(text)?.[0] ?? "";
const download = () => `${site.publicUrl}/upki-odcert/download`;

/** Opens the PIN mail's URL to the end; the file in the ZIP. */
async function fetchPin(): Promise<string> {
  const visit = browser(false);
  const page = await visit(urlIn((await mail("pin")).text));
  const token = /name="p1" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  await visit(`${download()}/spEntranceCliPin.do`, fields({ p1: token }));
  const zip = await visit(`${download()}/spDLCliPin.do`, fields({ p1: token }));
  expect(zip.type).toBe("application/zip");
  const [text] = await filesIn(zip.octets);
  return iconv.decode(text as Buffer, "cp932");
}

async function filesIn(zip: Buffer): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(zip, { lazyEntries: false }, (error, opened) => {
      if (error) return reject(error);
      const files: Promise<Buffer>[] = [];
      opened.on("entry", (entry) => {
        files.push(
          new Promise((done, failed) => {
            opened.openReadStream(entry, async (problem, stream) =>
              problem ? failed(problem) : done(Buffer.concat(await stream.toArray())),
            );
          }),
        );
      });
      opened.on("end", () => resolve(Promise.all(files)));
    });
  });
}

const pinIn = (file: string) => file.split("\r\n")[1]?.split("\t")[2] ?? "";

/** As a member does it: the acceptance mail's URL, STEP1, STEP2, download. */
async function collectByPages(pin: string): Promise<Got> {
  const visit = browser(false);
  const first = await visit(urlIn((await mail("acceptance")).text));
  expect(first.text).toContain("【STEP1】アクセスPINを入力");
  const second = await visit(`${download()}/spEntranceCli.do`, fields({ accessPin: pin }));
  expect(second.text).toContain("【STEP2】証明書を受け取る");
  return visit(`${download()}/spDLCli.do`, fields({}));
}

/** Issued and collected; its serial number. */
async function issued(dn: string, changes: Changes = {}): Promise<string> {
  await upload("1", issueRow(dn, changes));
  const pin = pinIn(await fetchPin());
  return (await site.control("/collect", { dn, pin })).serial;
}

/** エラー内容 of each row that has one. */
const cellsOf = ({ text }: Got) => [...text.matchAll(/\d{3}:\d+,[^<\n]+/g)].map(([cell]) => cell);

/** What OpenSSL thinks of a mail's signature. */
async function verify(raw: Buffer | string) {
  const path = join(folder, "mail.eml");
  await writeFile(path, raw);
  return run("openssl", ["cms", "-verify", "-in", path, "-CAfile", site.mailCa, "-purpose", "smimesign"]);
}

/** The list by its header. */
async function list(): Promise<Record<string, string>[]> {
  const visit = browser(true);
  await visit(`${lra()}/SSLLogin.do`);
  const { octets } = await visit(`${lra()}/syomeiDL_S_Cli.do`);
  const [heads = [], ...rows] = iconv
    .decode(octets, "Shift_JIS")
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split("\t"));
  return rows.map((cells) => Object.fromEntries(heads.map((head, at) => [head, cells[at] ?? ""])));
}

describe("the journey of a certificate", () => {
  test("leads from the upload over the PIN to a .p12 that opens with it, and to the acquisition mail", async () => {
    const dn = `CN=KOKURITSU HANAKO,${base}`;
    const reply = await upload("1", `${issueRow(dn)}\r\n`);
    expect(reply.type).toBe("text/html; charset=EUC-JP");
    expect(reply.text).toContain("ファイルのアップロード処理が完了しました。");
    expect(reply.text).toMatch(/OK[\s\S]*試験大学[\s\S]*工学部[\s\S]*国立 花子[\s\S]*hanako@example.ac.jp/);

    const file = await fetchPin();
    expect(file).toMatch(
      /^利用者氏名\tE-mail\tPIN\tDN\r\n国立 花子\thanako@example.ac.jp\t[A-Za-z0-9]{16}\tCN=/,
    );
    expect(file.split("\r\n")[1]?.split("\t")[3]).toBe(dn);
    const p12 = await collectByPages(pinIn(file));
    expect(p12.type).toBe("application/x-pkcs12");

    const { requests } = await site.control("/state");
    expect(requests).toMatchObject([{ kind: "issue", dn, state: "issued", uploads: 1 }]);
    const collected = await mail("collected");
    expect(collected.to).toEqual([mailbox]);
    expect(collected.text).toContain(
      `【対象証明書DN】\n　---------------------------------------------\n　CN=KOKURITSU HANAKO\n　OU=No 1\n　OU=Demo\n`,
    );
    expect(collected.text).toContain(`【対象証明書シリアル番号】\n　${requests[0].serial}\n`);

    if (!hasOpenssl) return;
    const path = join(folder, "hanako.p12");
    await writeFile(path, p12.octets);
    const opened = run("openssl", ["pkcs12", "-in", path, "-passin", `pass:${pinIn(file)}`, "-nodes"]);
    expect(opened.ok, opened.said).toBe(true);
    const pem = join(folder, "hanako.pem");
    await writeFile(pem, opened.said);
    expect(run("openssl", ["verify", "-purpose", "sslclient", "-CAfile", site.clientCa, pem])).toMatchObject({
      ok: true,
    });
    const { said } = run("openssl", [
      "x509",
      "-in",
      pem,
      "-noout",
      "-serial",
      "-subject",
      "-text",
      "-nameopt",
      "RFC2253",
    ]);
    expect(said).toContain(`subject=CN=KOKURITSU HANAKO,${base}`);
    const hex = /serial=([0-9A-F]+)/.exec(said)?.[1];
    expect(BigInt(`0x${hex}`).toString()).toBe(requests[0].serial);
    expect(said).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment\n/);
    expect(said).toContain("TLS Web Client Authentication");
  });

  test("of S/MIME names the address alone in certificate and mails, and the whole name in the list", async () => {
    const address = "taro@example.ac.jp";
    const dn = `CN=${address},${base}`;
    const wrong = await upload("1", issueRow(dn, { 2: "7" }));
    expect(cellsOf(wrong)).toEqual(["206:1,主体者DN,主体者DNがDN情報のフォーマットに準じていません。"]);

    const serial = await issued(dn, { 2: "7", 14: address });
    expect(BigInt(serial).toString(2).length).toBe(127);
    const collected = await mail("collected");
    expect(collected.text).toContain(`-\n　CN=${address}\n　-`);
    expect((await list())[0]?.主体者DN).toBe(dn);
  });

  test("goes on by a renewal, whose old certificate counts as renewed once the new one is there", async () => {
    const dn = `CN=GAKUNIN TARO,${base}`;
    const old = await issued(dn);
    expect(await upload("2", renewRow(dn, old))).toMatchObject({
      text: expect.stringContaining("完了しました"),
    });
    expect(cellsOf(await upload("2", renewRow(dn, old)))).toEqual([
      "366:4,失効対象証明書シリアル番号,指定した証明書は申請中です。",
    ]);
    expect((await list()).map((line) => line.状態)).toEqual(["5", "4"]);

    const { serial } = await site.control("/collect", { dn, pin: pinIn(await fetchPin()) });
    expect((await list()).map((line) => line.状態)).toEqual(["6", "5"]);
    const renewed = await mail("renewed");
    expect(renewed.text).toContain(
      `【新証明書シリアル番号】\n　${serial}\n\n【旧証明書のシリアル番号】\n　${old}\n`,
    );
    expect(cellsOf(await upload("2", renewRow(`CN=SOMEBODY ELSE,${base}`, serial)))).toEqual([
      "365:4,失効対象証明書シリアル番号,指定した証明書は存在しません。",
    ]);
  });

  test("ends by a revocation with reason and comment, of which registrar, portal and holder are told", async () => {
    const dn = `CN=KOKURITSU HANAKO,${base}`;
    const serial = await issued(dn);
    expect(cellsOf(await upload("3", revokeRow(dn, serial, "0")))).toEqual([
      "201:6,失効理由コメント,失効理由コメントは入力必須項目です。",
    ]);
    expect(cellsOf(await upload("3", revokeRow(dn, serial, "0", "ﾌﾝｼﾂ")))).toEqual([
      "205:6,失効理由コメント,失効理由コメントは不正な文字が含まれています。",
    ]);
    await upload("3", revokeRow(dn, serial, "0", "端末の紛失"));
    const revoked = await mail("revoked");
    expect(revoked.subject).toMatch(/^\[UPKI\] クライアント証明書失効完了通知 \/ /);
    expect(revoked.to).toEqual(["registrar@example.ac.jp", mailbox, "hanako@example.ac.jp"]);
    expect(revoked.text).toMatch(
      new RegExp(`【失効証明書DN】[^【]*【失効証明書シリアル番号】\\n　${serial}\\n`),
    );
    expect(revoked.text).toContain("【失効理由】\n　0\n");
    expect(await list()).toMatchObject([{ 状態: "7", "失効申請-失効理由コメント": "端末の紛失" }]);
    expect(cellsOf(await upload("3", revokeRow(dn, serial)))).toEqual([
      "365:4,失効対象証明書シリアル番号,証明書の状態が不正です。",
    ]);
  });
});

describe("a name", () => {
  test("is used once for all, by its CN, OU and C, whatever became of it", async () => {
    const serial = await issued(`CN=KOKURITSU HANAKO,${base}`);
    await site.control("/revoke", { serial });
    const again = `CN=kokuritsu  HANAKO,${base.replace("Tokyo", "Osaka")}`;
    expect(cellsOf(await upload("1", issueRow(again)))).toEqual([
      "212:1,主体者DN,指定したDNはすでに存在しています。",
    ]);
    const other = await upload("1", issueRow(`CN=KOKURITSU HANAKO,${base.replace("No 1", "No 2")}`));
    expect(other.text).toContain("完了しました");
  });

  test("may hold commas, and is parted before known attributes only", async () => {
    const dn = "CN=Hanako, Kokuritsu (a=b),OU=No 7,OU=Faculty of A, B=C,O=Example University,L=Academe,C=JP";
    await issued(dn);
    const { text } = await mail("collected");
    expect(text).toContain(
      "　CN=Hanako, Kokuritsu (a=b)\n　OU=No 7\n　OU=Faculty of A, B=C\n　O=Example University\n",
    );
  });
});

describe("a file", () => {
  const dn = `CN=KOKURITSU HANAKO,${base}`;
  const long = "a".repeat(65);
  test.each([
    ["no name", issueRow(""), "201:1,主体者DN,主体者DNは入力必須項目です。"],
    [
      "a name in another order",
      issueRow(`OU=No 1,CN=HANAKO,${base}`),
      "206:1,主体者DN,主体者DNがDN情報のフォーマットに準じていません。",
    ],
    ["a name with a space after a comma", issueRow(dn.replace(",OU", ", OU")), "206:1,主体者DN,"],
    ["a name in Japanese", issueRow(`CN=国立 花子,${base}`), "206:1,主体者DN,"],
    ["an @ in an OU", issueRow(`CN=HANAKO,OU=a@b,${base}`), "206:1,主体者DN,"],
    ["another country", issueRow(dn.replace("C=JP", "C=US")), "206:1,主体者DN,"],
    ["a long CN", issueRow(`CN=${long},${base}`), "202:1,主体者DN,主体者DNは64桁以内で入力してください。"],
    [
      "a long name",
      issueRow(`CN=a,${`OU=${"b".repeat(60)},`.repeat(4)}${base}`),
      "202:1,主体者DN,主体者DNは250桁以内で入力してください。",
    ],
    ["an unknown profile", issueRow(dn, { 2: "4" }), "362:2,証明書プロファイルID,"],
    [
      "a profile in letters",
      issueRow(dn, { 2: "five" }),
      "204:2,証明書プロファイルID,証明書プロファイルIDは半角数字以外の文字が含まれています。",
    ],
    ["no manager", issueRow(dn, { 8: "" }), "201:8,利用管理者氏名,利用管理者氏名は入力必須項目です。"],
    [
      "a long holder",
      issueRow(dn, { 11: "あ".repeat(65) }),
      "202:11,利用者氏名,利用者氏名は64桁以内で入力してください。",
    ],
    [
      "a mail address that is none",
      issueRow(dn, { 10: "upki" }),
      "206:10,利用管理者E-mail,利用管理者E-mailはメール形式ではありません。",
    ],
    ["a long mail address", issueRow(dn, { 14: `${"a".repeat(70)}@example.ac.jp` }), "202:14,利用者E-mail,"],
    ["a file name with an extension", issueRow(dn, { 12: "cert.p12" }), "364:12,P12ダウンロードファイル名,"],
    ["14 columns", issueRow(dn).replace(/\t$/, ""), "361:0,申請ファイル,"],
  ])("with %s is refused", async (_, line, cell) => {
    const reply = await upload("1", line);
    expect(reply.text).not.toContain("完了しました");
    expect(cellsOf(reply)).toEqual([expect.stringContaining(cell)]);
    expect(await site.control("/state")).toMatchObject({ requests: [], uploads: [{ taken: 0 }] });
  });

  test.each([
    ["without a name", "", issueRow(dn), "208:0,申請ファイル,指定したファイルは存在しません。"],
    [
      "of another kind",
      "request.csv",
      issueRow(dn),
      "209:0,申請ファイル,指定したファイルの拡張子が不正です。",
    ],
    ["that is empty", "request.tsv", "\r\n", "213:0,申請ファイル,申請ファイルに入力がありません。"],
    [
      "of too many rows",
      "request.txt",
      `${issueRow(dn)}\n`.repeat(1001),
      "214:0,申請ファイル,ファイル内のレコードが指定件数を超えているため申請できません。",
    ],
  ])("%s is refused as a whole", async (_, name, content, cell) => {
    expect(cellsOf(await upload("1", content, name))).toEqual([cell]);
  });

  test("is taken as a whole or not at all, unless it asks for its good rows", async () => {
    const lines = [1, 2, 3].map((number) =>
      issueRow(`CN=No ${number},${base}`, number === 2 ? { 12: "" } : {}),
    );
    const refused = await upload("1", lines.join("\n"));
    expect(cellsOf(refused)).toEqual([
      "201:12,P12ダウンロードファイル名,P12ダウンロードファイル名は入力必須項目です。",
    ]);
    expect(refused.text).toMatch(/<td[^>]*><font size="-1">\s*2\s*<[\s\S]*NG/);
    expect((await site.control("/state")).requests).toEqual([]);

    const taken = await upload("1", lines.join("\n"), "request.tsv", "1");
    expect(taken.text).toContain("完了しました");
    expect((await site.control("/state")).requests).toHaveLength(2);
  });

  test("that was sent twice shows in how often its requests were seen", async () => {
    await upload("1", issueRow(dn));
    await upload("1", issueRow(dn));
    const { requests, uploads } = await site.control("/state");
    expect(requests).toMatchObject([{ uploads: 2 }]);
    expect(uploads).toMatchObject([{ taken: 1 }, { taken: 0, codes: ["212"] }]);
  });
});

describe("the registrar's site", () => {
  test("lets in who shows the registrar's certificate, and nobody else", async () => {
    await expect(browser(false)(`${lra()}/SSLLogin.do`)).rejects.toThrow();
    const { text } = await browser(true)(`${lra()}/SSLLogin.do`);
    expect(text).toMatch(/<frame name="hidari" src="SideMenu.do">/);
  });

  test("refuses pages out of their order", async () => {
    const refused = "不正な画面遷移です。";
    const visit = browser(true);
    expect((await visit(`${lra()}/syomeiDL_S_Cli.do`)).text).toContain(refused);
    await visit(`${lra()}/SSLLogin.do`);
    expect((await visit(`${lra()}/MainMenu.do`, fields({ forwardName: "SP1011" }))).text).toContain(refused);
    await visit(`${lra()}/SideMenu.do`);
    const dn = `CN=KOKURITSU HANAKO,${base}`;
    expect((await visit(`${lra()}/SP1011.do`, uploadForm("1", issueRow(dn)))).text).toContain(refused);
  });

  test("takes one upload at a time", async () => {
    await site.control("/faults", { kind: "slow", page: "upload", ms: 1500 });
    const [first, second] = [await registrarAtForm(), await registrarAtForm()];
    const slow = first(`${lra()}/SP1011.do`, uploadForm("1", issueRow(`CN=FIRST,${base}`)));
    await new Promise((done) => setTimeout(done, 500));
    const other = await second(`${lra()}/SP1011.do`, uploadForm("1", issueRow(`CN=SECOND,${base}`)));
    expect(other.text).toContain("他の申請を処理中です。");
    expect((await slow).text).toContain("完了しました");
    expect((await site.control("/state")).requests).toHaveLength(1);
  });

  test("lists all certificates with what is where NII has it", async () => {
    const dn = `CN=KOKURITSU HANAKO,${base}`;
    const serial = await issued(dn);
    const unknown = await site.control("/issue-unknown", { dn: `CN=UNKNOWN,${base}` });
    const visit = browser(true);
    await visit(`${lra()}/SSLLogin.do`);
    const { octets } = await visit(`${lra()}/syomeiDL_S_Cli.do`);
    const [heads = [], first = [], second = []] = iconv
      .decode(octets, "Shift_JIS")
      .split("\r\n")
      .map((line) => line.split("\t"));
    expect([4, 12, 15, 24].map((at) => [heads[at - 1], first[at - 1]])).toEqual([
      ["主体者DN", dn],
      ["状態", "5"],
      ["利用者E-mail", "hanako@example.ac.jp"],
      ["発行・更新申請-シリアル番号", serial],
    ]);
    expect(first[26]).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
    expect(first[27]).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
    expect(heads).toEqual(expect.arrayContaining(["発行・更新申請-申請ID", "発行・更新申請-日時"]));
    expect(second[23]).toBe(unknown.serial);
  });
});

describe("the URLs of the mails", () => {
  const dn = `CN=KOKURITSU HANAKO,${base}`;
  const denied = "指定されたURLへのアクセスは拒否されました。";

  test("give the PIN once, and the certificate once, and only after the PIN", async () => {
    await upload("1", issueRow(dn));
    expect((await mail("pin")).to).toEqual([mailbox]);
    expect((await mail("acceptance")).to).toEqual(["hanako@example.ac.jp"]);
    const early = browser(false);
    await early(urlIn((await mail("acceptance")).text));
    const locked = await early(`${download()}/spEntranceCli.do`, fields({ accessPin: "guessed" }));
    expect(locked.text).toContain("有効な証明書情報がありません。");

    const pin = pinIn(await fetchPin());
    expect((await browser(false)(urlIn((await mail("pin")).text))).text).toContain(denied);
    const wrong = await early(`${download()}/spEntranceCli.do`, fields({ accessPin: "guessed" }));
    expect(wrong.text).toContain("アクセスPINが正しくありません。");
    expect((await collectByPages(pin)).type).toBe("application/x-pkcs12");
    expect((await browser(false)(urlIn((await mail("acceptance")).text))).text).toContain(denied);
  });

  test("hand out one .p12 even to who asks twice at once", async () => {
    await upload("1", issueRow(dn));
    const pin = pinIn(await fetchPin());
    const visit = browser(false);
    await visit(urlIn((await mail("acceptance")).text));
    await visit(`${download()}/spEntranceCli.do`, fields({ accessPin: pin }));
    const both = [0, 1].map(() => visit(`${download()}/spDLCli.do`, fields({})));
    const types = (await Promise.all(both)).map(({ type }) => type);
    expect(types.filter((type) => type === "application/x-pkcs12")).toHaveLength(1);
  });

  test("end after their month", async () => {
    await upload("1", issueRow(dn));
    await site.control("/expire", { dn });
    expect((await browser(false)(urlIn((await mail("pin")).text))).text).toContain(denied);
    expect((await browser(false)(urlIn((await mail("acceptance")).text))).text).toContain(denied);
    expect((await site.control("/state")).requests).toMatchObject([{ state: "lapsed" }]);
  });
});

describe("a mail", () => {
  test.runIf(hasOpenssl)("is signed so that OpenSSL agrees, by the service's one address", async () => {
    const dn = `CN=KOKURITSU HANAKO,${base}`;
    await issued(dn);
    for (const kind of ["pin", "acceptance", "collected"]) {
      const { raw } = await mail(kind);
      expect(await verify(raw), kind).toMatchObject({ ok: true });
      expect(raw.toString("latin1")).toMatch(/^From: ca-support@upki.example.ac.jp\r$/m);
    }
    const { raw } = await mail("acceptance");
    expect(
      raw
        .toString("latin1")
        .split("\r\n")
        .every((line) => line.length <= 78),
    ).toBe(true);
  });

  test.runIf(hasOpenssl).each(["bad_signature", "wrong_signer", "expired_signer", "unsigned_mail"])(
    "does not verify under %s",
    async (kind) => {
      await site.control("/faults", { kind, mail: "pin" });
      await upload("1", issueRow(`CN=KOKURITSU HANAKO,${base}`));
      expect(await verify((await mail("pin")).raw)).toMatchObject({ ok: false });
      expect(await verify((await mail("acceptance")).raw)).toMatchObject({ ok: true });
    },
  );

  test("has another subject, or another sender, where that is armed", async () => {
    await site.control("/faults", { kind: "changed_subject", mail: "pin", text: "[UPKI] 新しい通知" });
    await site.control("/faults", { kind: "wrong_sender", mail: "acceptance", text: "other@example.ac.jp" });
    await upload("1", issueRow(`CN=KOKURITSU HANAKO,${base}`));
    expect((await mail("pin")).subject).toBe("[UPKI] 新しい通知");
    expect((await mail("acceptance")).raw.toString("latin1")).toContain("From: other@example.ac.jp");
  });
});

describe("a fault", () => {
  const dn = `CN=KOKURITSU HANAKO,${base}`;

  test("cuts the connection before or after the upload was taken", async () => {
    await site.control("/faults", { kind: "cut_before_upload" });
    await expect(upload("1", issueRow(dn))).rejects.toThrow();
    expect((await site.control("/state")).uploads).toEqual([]);
    await site.control("/faults", { kind: "cut_after_upload" });
    await expect(upload("1", issueRow(dn))).rejects.toThrow();
    expect((await site.control("/state")).requests).toMatchObject([{ dn, uploads: 1 }]);
  });

  test("resets, fails or cuts a page as often as it is armed", async () => {
    await site.control("/faults", { kind: "reset", page: "login" });
    await expect(browser(true)(`${lra()}/SSLLogin.do`)).rejects.toThrow();
    await site.control("/faults", { kind: "status500", page: "login", times: 2 });
    for (const status of [500, 500, 200])
      expect(await browser(true)(`${lra()}/SSLLogin.do`)).toMatchObject({ status });
    await site.control("/faults", { kind: "cut", page: "login" });
    await expect(browser(true)(`${lra()}/SSLLogin.do`)).rejects.toThrow();
    await site.control("/faults", { kind: "page_changed", page: "login" });
    expect((await browser(true)(`${lra()}/SSLLogin.do`)).text).not.toContain(' name="hidari"');
  });

  test.each([
    [{ kind: "dn_exists" }, "212:1,主体者DN,指定したDNはすでに存在しています。"],
    [{ kind: "institution_bad_standing" }, "215:0,申請ファイル,機関状態が無効なため申請できません。"],
    [
      { kind: "too_many_records" },
      "214:0,申請ファイル,ファイル内のレコードが指定件数を超えているため申請できません。",
    ],
    [
      { kind: "unknown_code", code: "371", text: "許可されていないOUです。" },
      "371:1,主体者DN,許可されていないOUです。",
    ],
  ])("refuses an upload: %o", async (fault, cell) => {
    await site.control("/faults", fault);
    expect(cellsOf(await upload("1", issueRow(dn)))).toEqual([cell]);
    expect((await upload("1", issueRow(dn))).text).toContain("完了しました");
  });

  test("breaks the PIN page off, and the URL is spent", async () => {
    await site.control("/faults", { kind: "pin_page_cut" });
    await upload("1", issueRow(dn));
    await expect(fetchPin()).rejects.toThrow();
    expect((await site.control("/state")).requests).toMatchObject([{ pinFetched: true }]);
  });

  test("that is not known is refused", async () => {
    await expect(site.control("/faults", { kind: "earthquake" })).rejects.toThrow("no fault earthquake");
  });
});

describe("a stand-in of its own", () => {
  test("lets its queue wait, survives a kill, and sends its mails to portal and outbox", async () => {
    const own = await mkdtemp(join(tmpdir(), "upki-site-"));
    const received: string[] = [];
    let isOpen = false;
    const portal = await listen(async ({ path, headers, body }) => {
      expect([path, headers.get("authorization")]).toEqual(["/api/upki/mail", "Bearer secret"]);
      if (!isOpen) return new Response(null, { status: 503 });
      received.push(body);
      return new Response(null, { status: 204 });
    });
    const post = await openPost({ mailbox, portal: portal.url, secret: "secret", folder: own });
    const shared = site;
    try {
      site = await startUpkiSite({ folder: own, queue: 3600, smtp: post.url });
      await upload("1", issueRow(`CN=KOKURITSU HANAKO,${base}`));
      expect((await site.control("/state")).requests).toMatchObject([{ state: "queued" }]);
      expect(await list()).toMatchObject([{ 状態: "3" }]);
      await site.control("/faults", { kind: "mail_twice", mail: "pin" });
      await site.kill9();

      const { url } = site;
      site = await startUpkiSite({ folder: own, queue: 3600, smtp: post.url });
      expect(site.url).toBe(url);
      expect(await site.control("/work", {})).toEqual({ worked: 1 });
      const outbox = () => readdir(join(own, "outbox"));
      await expect.poll(outbox).toEqual([expect.stringMatching(/^upki-[0-9a-f]{32}\.eml$/)]);
      await site.kill9();

      site = await startUpkiSite({ folder: own, queue: 3600, smtp: post.url });
      isOpen = true;
      await expect.poll(() => received.length, { timeout: 10_000 }).toBe(2);
      expect(received[0]).toContain("multipart/signed");
      if (hasOpenssl) expect(await verify(received[0] ?? "")).toMatchObject({ ok: true });
      expect(await outbox()).toHaveLength(1);
    } finally {
      await site.stop();
      site = shared;
      await post.close();
      await portal.close();
      await rm(own, { recursive: true });
    }
  });

  test("reverses, delays and loses mails", async () => {
    const own = await mkdtemp(join(tmpdir(), "upki-site-"));
    const received: string[] = [];
    const portal = await listen(async ({ body }) => {
      received.push(/Subject: (\S+)/.exec(body)?.[1] ?? "");
      return new Response(null, { status: 204 });
    });
    const post = await openPost({ mailbox, portal: portal.url, secret: "secret", folder: own });
    const shared = site;
    try {
      site = await startUpkiSite({ folder: own, smtp: post.url });
      const subjects = ["first", "second", "third", "fourth"];
      await site.control("/faults", { kind: "mail_reversed", times: 3 });
      for (const subject of subjects.slice(0, 3))
        await site.control("/mail", { to: mailbox, subject, text: "" });
      await expect.poll(() => received.map(decoded)).toEqual(["third", "second", "first"]);
      await site.control("/faults", { kind: "mail_lost" });
      await site.control("/mail", { to: mailbox, subject: "lost", text: "" });
      await site.control("/faults", { kind: "mail_delay", ms: 1500 });
      await site.control("/mail", { to: mailbox, subject: "late", text: "" });
      await site.control("/mail", { to: mailbox, subject: "fourth", text: "" });
      await expect.poll(() => received.map(decoded).slice(3), { timeout: 5000 }).toEqual(["fourth", "late"]);
    } finally {
      await site.stop();
      site = shared;
      await post.close();
      await portal.close();
      await rm(own, { recursive: true });
    }
  });
});

const decoded = (word: string) => Buffer.from(word.split("?")[3] ?? "", "base64").toString("latin1");
