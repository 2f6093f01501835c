import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import iconv from "iconv-lite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Credential, readCredential } from "@/server/ca/upki/credential.ts";
import { PinPageFault, SiteFault } from "@/server/ca/upki/site/faults.ts";
import { fetchList } from "@/server/ca/upki/site/list.ts";
import { fetchPinFile } from "@/server/ca/upki/site/pin-page.ts";
import { uploadTsv } from "@/server/ca/upki/site/upload.ts";
import { openssl } from "@/tests/support/openssl.ts";
import { openPages, type Pages, type Shown, type Visited } from "./pages.ts";

const folder = mkdtempSync(join(tmpdir(), "upki-pages-"));
let credential: Credential;
let pages: Pages | undefined;

beforeAll(async () => {
  const [key, cert] = [join(folder, "registrar.key"), join(folder, "registrar.pem")];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=Registrar"];
  await openssl([...request, "-keyout", key, "-out", cert]);
  credential = await readCredential({ UPKI_CLIENT_CERT: cert, UPKI_CLIENT_KEY: key });
});
afterEach(() => pages?.close());
afterAll(() => rmSync(folder, { recursive: true }));

const at = "/upki-odcert/lra";
const frames = `<HTML><FRAMESET COLS="20%,*"><FRAME NAME="hidari" SRC="Menu.do?a=1&amp;b=2"><FRAME NAME="migi" SRC="x"></FRAMESET></HTML>`;
const menu = `<html><head><base href="https://localhost/elsewhere/"><title>メニュー</title></head><body>
  <form name="OtherForm" action="Other.do"></form>
  <FORM NAME="MainMenuForm" ACTION="${at}/MainMenu.do" METHOD="POST"><table><tr><td>
    <INPUT TYPE=hidden NAME="forwardName"><input type="hidden" name="機関" value="試験大学 &amp; 図書館">
    <input type="submit" name="go" value="進む"></td></tr></table></FORM></body></html>`;
const form = `<html><body><form name="SP1011" action="SP1011.do;jsessionid=1" method="post" enctype="multipart/form-data">
  <input type="hidden" name="org.apache.struts.taglib.html.TOKEN" value="&lt;token&gt;"><textarea name="memo">覚え書き</textarea>
  <input type="radio" name="applyType" value="1" checked><input type="radio" name="applyType" value="2">
  <select name="errorFlg"><option value="0">中止<option value="1" selected>続行</select>
  <input type="checkbox" name="again" value="yes"><input type="file" name="file"></form></body></html>`;
const reply = "<html><body>ファイルのアップロード処理が完了しました。</body></html>";

const usual = (): Record<string, (visited: Visited) => Shown> => ({
  [`${at}/SSLLogin.do`]: () => ({
    body: frames,
    headers: {
      "set-cookie": ["JSESSIONID=abc; Path=/upki-odcert; Secure; HttpOnly", "other=1; Domain=example.ac.jp"],
    },
  }),
  [`${at}/Menu.do`]: () => ({ body: menu.replace(/<base[^>]*>/, "") }),
  [`${at}/MainMenu.do`]: () => ({ body: form }),
  [`${at}/SP1011.do;jsessionid=1`]: () => ({ body: reply }),
  [`${at}/syomeiDL_S_Cli.do`]: () => ({
    body: "a\tb\r\n",
    headers: { "content-type": "application/download" },
  }),
});
async function open(others: Record<string, (visited: Visited) => Shown> = {}): Promise<Pages> {
  pages = await openPages(folder, { ...usual(), ...others });
  return pages;
}
const parts = ({ url, authorities }: Pages) => ({ url, authorities, credential, timeout: 5_000 });
const file = Uint8Array.from([0x41, 0x09, 0x8d, 0x91, 0x0d, 0x0a, 0xff]);
const upload = (to: Pages) =>
  uploadTsv(parts(to), { kind: "renew", file, fileName: "renew.tsv" }).catch((error: unknown) => error);

describe("pages as somebody else writes them", () => {
  test("frames, forms and what they hold are followed as they stand", async () => {
    const site = await open();
    expect(await upload(site)).toEqual(iconv.encode(reply, "EUC-JP"));
    const [, second, third, last] = site.visits;
    expect(second?.path).toBe(`${at}/Menu.do?a=1&b=2`);
    expect(site.visits.map(({ cookie }) => cookie)).toEqual(["", ...Array(3).fill("JSESSIONID=abc")]);
    const institution = [...iconv.encode("試験大学", "EUC-JP")].map(
      (octet) => `%${octet.toString(16).toUpperCase()}`,
    );
    expect(third?.body.toString()).toContain("forwardName=SP1011&");
    expect(third?.body.toString()).toContain(`=${institution.join("")}+%26+`);
    expect(third?.body.toString()).not.toContain("go=");

    const body = iconv.decode(last?.body ?? Buffer.alloc(0), "EUC-JP");
    const field = (name: string, value: string) =>
      expect(body).toContain(`Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
    field("org.apache.struts.taglib.html.TOKEN", "<token>");
    field("memo", "覚え書き");
    field("applyType", "2");
    field("errorFlg", "0");
    expect(body).not.toContain('"again"');
    expect(last?.body.includes(Buffer.concat([Buffer.from("\r\n\r\n"), file, Buffer.from("\r\n--")]))).toBe(
      true,
    );
    expect(body).toContain('name="file"; filename="renew.tsv"');
  });

  test("a form that ends within another element than it began in keeps its fields", async () => {
    const head =
      "<table><form name=MainMenuForm method=post action=MainMenu.do><tr><td><input type=hidden name=a value=1>";
    const body = `${head}</td></tr></table><b><input type=hidden name=b value=2></form></b><input name=c value=3>`;
    const site = await open({ [`${at}/Menu.do`]: () => ({ body }) });
    expect(await upload(site)).toBeInstanceOf(Uint8Array);
    expect(site.visits[2]?.body.toString()).toBe("a=1&b=2&forwardName=SP1011");
  });

  test("redirects within the site are followed, also after the upload", async () => {
    const site = await open({
      [`${at}/SSLLogin.do`]: () => ({ status: 302, headers: { location: "./Frames.do" } }),
      [`${at}/Frames.do`]: () => ({ body: frames }),
      [`${at}/SP1011.do;jsessionid=1`]: () => ({ status: 303, headers: { location: `${at}/Done.do` } }),
      [`${at}/Done.do`]: ({ method }) => ({ body: `${method} ${reply}` }),
    });
    expect(iconv.decode((await upload(site)) as Buffer, "EUC-JP")).toBe(`GET ${reply}`);
  });

  test.each([401, 403])("%d is not let in", async (status) => {
    const site = await open({
      [`${at}/SSLLogin.do`]: () => ({ status, body: "<p>この証明書では利用できません" }),
    });
    const told = await upload(site);
    expect(told).toMatchObject({ code: "not_let_in", sent: false });
    expect((told as SiteFault).excerpt).toContain("この証明書では利用できません");
  });

  test.each([429, 503])("%d asks to come later", async (status) => {
    const site = await open({ [`${at}/MainMenu.do`]: () => ({ status }) });
    expect(await upload(site)).toMatchObject({ code: "busy", sent: false });
  });

  const elsewhere = "https://localhost:1/";
  test.each<[string, Record<string, () => Shown>]>([
    [
      "a redirect to another host",
      { [`${at}/SSLLogin.do`]: () => ({ status: 302, headers: { location: elsewhere } }) },
    ],
    [
      "a redirect to plain HTTP",
      { [`${at}/SSLLogin.do`]: () => ({ status: 302, headers: { location: "http://localhost/" } }) },
    ],
    [
      "a frame of another host",
      { [`${at}/SSLLogin.do`]: () => ({ body: frames.replace("Menu.do", elsewhere) }) },
    ],
    [
      "a form for another host",
      { [`${at}/Menu.do`]: () => ({ body: menu.replace(`ACTION="${at}/`, `ACTION="${elsewhere}`) }) },
    ],
    ["another base", { [`${at}/Menu.do`]: () => ({ body: menu.replace(`ACTION="${at}/`, 'ACTION="') }) }],
    ["a circle", { [`${at}/Menu.do`]: () => ({ status: 302, headers: { location: `${at}/Menu.do` } }) }],
    ["a page too large", { [`${at}/Menu.do`]: () => ({ body: Buffer.alloc(5 << 20, " ") }) }],
    [
      "a form without the file",
      { [`${at}/MainMenu.do`]: () => ({ body: form.replace('name="file"', 'name="tsv"') }) },
    ],
    [
      "a form that is not posted",
      { [`${at}/MainMenu.do`]: () => ({ body: form.replace('"post"', '"get"') }) },
    ],
    [
      "another page",
      {
        [`${at}/MainMenu.do`]: () => ({
          body: `<script>${"x".repeat(500)}</script><b>${"休止𠮷".repeat(300)}</b>`,
        }),
      },
    ],
    ["elements without end", { [`${at}/SSLLogin.do`]: () => ({ body: "<b>".repeat(100_000) }) }],
    ["nothing", { [`${at}/SSLLogin.do`]: () => ({}) }],
  ])("%s is a page that changed, and nothing has left", async (_, others) => {
    const told = await upload(await open(others));
    expect(told).toBeInstanceOf(SiteFault);
    expect(told).toMatchObject({ code: "page_changed", sent: false });
    const { excerpt } = told as SiteFault;
    expect([...excerpt].length).toBeLessThanOrEqual(300);
    expect(excerpt).not.toMatch(/xxx|</);
    expect(excerpt.isWellFormed()).toBe(true);
  });

  test.each<[string, Shown, string]>([
    ["a redirect elsewhere", { status: 302, headers: { location: elsewhere } }, "page_changed"],
    [
      "a redirect that asks for the file again",
      { status: 307, headers: { location: `${at}/SP1011.do` } },
      "page_changed",
    ],
    ["403", { status: 403 }, "not_let_in"],
    ["503", { status: 503 }, "busy"],
    ["nothing", {}, "cut_off"],
  ])("after the upload, %s is told as not known, and the file went once", async (_, shown, code) => {
    const site = await open({ [`${at}/SP1011.do;jsessionid=1`]: () => shown });
    expect(await upload(site)).toMatchObject({ code, sent: true });
    expect(site.visits.filter(({ path }) => path.includes("SP1011"))).toHaveLength(1);
  });

  test("a site that goes away before the upload has got nothing", async () => {
    const site = await open({
      [`${at}/MainMenu.do`]: () => {
        site.leave();
        return { body: form, headers: { connection: "close" } };
      },
    });
    expect(await upload(site)).toMatchObject({ code: "unreachable", sent: false });
  });

  test("the list is brought as it is", async () => {
    const list = await fetchList(parts(await open()));
    expect(Buffer.from(list).toString()).toBe("a\tb\r\n");
  });
});

describe("pages with PINs as somebody else writes them", () => {
  const entrance = "/upki-odcert/download/SPEntranceCliPin.jsp";
  const token = "c2VjcmV0LXRva2Vu/+A=";
  const step = (action: string) =>
    `<form action="/upki-odcert/download/${action};v=2" method="POST"><input type=hidden name=p1 value="${token}"></form>`;
  const zip = Buffer.from("PK\u0003\u0004rest", "latin1");
  const pinPages = (others: Record<string, () => Shown> = {}) => ({
    [entrance]: () => ({ body: step("spEntranceCliPin.do").replace(";v=2", "") }),
    "/upki-odcert/download/spEntranceCliPin.do": () => ({ body: step("spDLCliPin.do").replace(";v=2", "") }),
    "/upki-odcert/download/spDLCliPin.do": () => ({
      body: zip,
      headers: { "content-type": "application/zip" },
    }),
    ...others,
  });
  const fetchFrom = async (
    others: Record<string, () => Shown>,
    more: { url?: string; hosts?: string[] } = {},
  ) => {
    const site = await open(pinPages(others));
    const host = new URL(site.url).host;
    const url = more.url ?? `${site.url}${entrance}?p1=${encodeURIComponent(token)}`;
    const rule = { hosts: more.hosts ?? [host], authorities: site.authorities, timeout: 5_000 };
    const got = await fetchPinFile(url.replace("HOST", host), rule).catch((error: unknown) => error);
    return { got, visits: site.visits };
  };

  test("the ZIP is brought by three pages, with the token as it was", async () => {
    const { got, visits } = await fetchFrom({});
    expect(got).toEqual(zip);
    expect(visits.map(({ method, path }) => `${method} ${path.split("/").at(-1)?.split("?")[0]}`)).toEqual([
      "GET SPEntranceCliPin.jsp",
      "POST spEntranceCliPin.do",
      "POST spDLCliPin.do",
    ]);
    expect(new URLSearchParams(visits[2]?.body.toString()).get("p1")).toBe(token);
  });

  test.each([
    ["http://HOST/x?p1=secret"],
    ["https://HOST.evil.example/x?p1=secret"],
    ["https://evil.example/HOST?p1=secret"],
    ["https://HOST@evil.example/x?p1=secret"],
    ["https://user:pw@HOST/x?p1=secret"],
    ["https://localhost/x?p1=secret"],
    ["https://127.0.0.1/x?p1=secret"],
    ["file:///etc/hosts"],
    ["no URL"],
  ])("%s is not visited", async (url) => {
    const { got, visits } = await fetchFrom({}, { url });
    expect(got).toMatchObject({ code: "not_allowed", retry: false });
    expect(String(got)).not.toMatch(/secret|evil|pw/);
    expect(visits).toEqual([]);
  });

  test.each([[["LOCALHOST"]], [[]], [["localhost:443"]]])(
    "a host at another port than allowed is not visited (%j)",
    async (hosts) => {
      expect((await fetchFrom({}, { hosts })).got).toMatchObject({ code: "not_allowed" });
    },
  );

  const download = "/upki-odcert/download/spDLCliPin.do";
  test.each<[string, Record<string, () => Shown>, Partial<PinPageFault>]>([
    [
      "a redirect elsewhere",
      { [entrance]: () => ({ status: 302, headers: { location: "https://localhost:1/?p1=x" } }) },
      { code: "not_allowed", retry: false },
    ],
    [
      "a redirect to plain HTTP",
      { [entrance]: () => ({ status: 302, headers: { location: "http://localhost/?p1=x" } }) },
      { code: "not_allowed", retry: false },
    ],
    [
      "a form for another host",
      {
        [entrance]: () => ({
          body: step("").replace(/action="[^"]*"/, 'action="https://localhost:1/spEntranceCliPin.do"'),
        }),
      },
      { code: "not_allowed", retry: false },
    ],
    [
      "a refusal",
      { [entrance]: () => ({ body: "<p>指定されたURLへの<br>アクセスは拒否されました。" }) },
      { code: "refused", retry: false },
    ],
    [
      "a refusal with its status",
      { [entrance]: () => ({ status: 403, body: "指定されたURLへのアクセスは拒否されました。" }) },
      { code: "refused", retry: false },
    ],
    [
      "no certificate yet",
      { [download]: () => ({ body: "<font>有効な証明書情報がありません。</font>" }) },
      { code: "not_ready", retry: true },
    ],
    [
      "a ZIP too large",
      { [download]: () => ({ body: Buffer.concat([zip, Buffer.alloc(1 << 20)]) }) },
      { code: "too_large", retry: false },
    ],
    [
      "a page in its place",
      { [download]: () => ({ body: "<p>PIN: secretPIN1234567" }) },
      { code: "page_changed", retry: false },
    ],
    [
      "maintenance",
      { [entrance]: () => ({ status: 503, body: "メンテナンス中" }) },
      { code: "unreachable", retry: true },
    ],
    ["no such page", { [entrance]: () => ({ status: 404 }) }, { code: "page_changed", retry: true }],
  ])("%s is told without a secret", async (_, others, wanted) => {
    const { got } = await fetchFrom(others);
    expect(got).toBeInstanceOf(PinPageFault);
    expect(got).toMatchObject(wanted);
    expect(`${(got as Error).stack}${JSON.stringify(got)}`).not.toMatch(/secret|p1=|c2Vjc/);
  });
});
