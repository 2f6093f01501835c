/** The stand-in of NII's service, asked with plain HTTPS and judged by OpenSSL. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import iconv from "iconv-lite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import yauzl from "yauzl";
import { run, tool } from "../../support/tools.ts";
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
});
