/** The expert's way: a request (PKCS #10) of one's own, from OpenSSL, without a script and in both languages. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { fetchAuthorities, openssl } from "@/tests/support/openssl.ts";
import { words } from "@/tests/support/words.ts";
import { allowKeys, applyForTicket, enterPin, expect, expectAccessible, test } from "./portal.ts";

/** A new key and its request, in PEM; `how` is for `openssl req`. */
async function requestFrom(folder: string, ...how: string[]): Promise<{ key: string; csr: string }> {
  const [key, csr] = [join(folder, "key.pem"), join(folder, "request.pem")];
  await openssl(["req", "-new", "-noenc", "-subj", "/CN=somebody else", ...how, "-keyout", key, "-out", csr]);
  return { key, csr };
}

/** The address of one of the certificate's files, asked for as the page's link would. */
async function fetchFile(page: Page, folder: string, name: string): Promise<string> {
  const href = await page.getByRole("link", { name, exact: true }).getAttribute("href");
  const answer = await page.request.get(href ?? "");
  expect(answer.headers()["content-disposition"]).toContain(name);
  const path = join(folder, name);
  await writeFile(path, await answer.body());
  return path;
}

const stories = [
  { locale: "ja", user: "hanako", name: "Hanako Kokuritsu", script: false },
  { locale: "en", user: "taro", name: "学認 太郎", script: true },
] as const;

for (const { locale, user, name, script } of stories) {
  const t = words(locale);
  test(`a request is refused in words, or answered with a certificate (${locale})`, async ({
    page,
    browser,
    folder,
    baseURL,
  }) => {
    test.slow();
    const ticket = await applyForTicket(page, { locale, user }, `${user}@a.example.ac.jp`);
    await allowKeys(ticket.url, "browser", "server", "upload");
    const viewport = { width: 360, height: 740 };
    const own = await browser.newContext({ javaScriptEnabled: script, locale, viewport });
    const site = await own.newPage();
    // What looks for barriers is a script itself.
    const accessible = async () => script && expectAccessible(site);
    await enterPin(site, locale, ticket);
    await site.getByRole("link", { name: t("Issue.own.upload") }).click();
    await expect(site.getByRole("heading", { name: t("Issue.request.title") })).toBeVisible();
    await expect(site.getByText(`CN=${name}`)).toBeVisible();
    await accessible();
    await site.getByText(t("Issue.request.recipes.summary")).click();
    await accessible();
    const width = await site.locator("html").evaluate((root) => root.scrollWidth);
    expect(width).toBeLessThanOrEqual(360);

    const text = site.getByLabel(t("Issue.request.text"));
    const file = site.getByLabel(t("Issue.request.file"), { exact: true });
    const send = () => site.getByRole("button", { name: t("Issue.request.button") }).click();
    const refused = (key: string) => expect(site.getByText(t(`Issue.request.${key}`))).toBeVisible();
    await send();
    await refused("empty");
    await text.fill("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----");
    await send();
    await refused("codes.request_malformed");
    await expect(text).toHaveValue(/AAAA/);
    await accessible();

    const weak = await requestFrom(folder, "-newkey", "rsa:1024");
    await text.fill(await readFile(weak.csr, "utf8"));
    await send();
    await refused("codes.key_too_weak");
    const { key, csr } = await requestFrom(folder, "-newkey", "rsa:2048");
    const good = await readFile(csr, "utf8");
    await text.fill(`${good}${await readFile(key, "utf8")}`);
    await send();
    await refused("codes.request_private_key");
    await expect(text).toHaveValue("");
    await openssl(["req", "-in", csr, "-outform", "DER", "-out", `${folder}/request.der`]);
    const der = await readFile(`${folder}/request.der`);
    const bent = Buffer.from(der);
    bent[bent.length - 1] = (bent[bent.length - 1] ?? 0) ^ 1;
    await file.setInputFiles({ name: "request.der", mimeType: "application/pkcs10", buffer: bent });
    await send();
    await refused("codes.request_signature");
    await file.setInputFiles({ name: "x.pem", mimeType: "text/plain", buffer: Buffer.alloc(17_000, 65) });
    await send();
    await refused("codes.request_too_large");

    await file.setInputFiles({ name: "request.der", mimeType: "application/pkcs10", buffer: der });
    await send();
    await expect(site.getByText(t("Issue.request.issued"))).toBeVisible();
    await accessible();
    const called = `client-${ticket.number}`;
    const chain = await fetchFile(site, folder, `${called}-chain.pem`);
    const { root } = await fetchAuthorities(folder, baseURL ?? "", "client");
    const proof = ["-x509_strict", "-purpose", "sslclient", "-CAfile", root, "-untrusted", chain, chain];
    expect(await openssl(["verify", ...proof])).toContain("OK");
    const pem = await fetchFile(site, folder, `${called}.pem`);
    const cer = await fetchFile(site, folder, `${called}.cer`);
    const subject = ["-noout", "-subject", "-nameopt", "RFC2253,utf8,-esc_msb"];
    const said = await openssl(["x509", "-in", pem, ...subject]);
    expect(said).toContain(`CN=${name},OU=No ${ticket.number}`);
    expect(await openssl(["x509", "-inform", "DER", "-in", cer, ...subject])).toBe(said);
    expect(await openssl(["x509", "-in", pem, "-noout", "-pubkey"])).toBe(
      await openssl(["pkey", "-in", key, "-pubout"]),
    );

    // Until it is confirmed it can be fetched again, by this browser and by nobody else.
    const path = new URL(ticket.url).pathname;
    await site.goto(ticket.url);
    await expect(site.getByText(t("Issue.request.issued"))).toBeVisible();
    const strange = await browser.newContext();
    expect((await strange.request.get(`${baseURL}${path}/certificate/${called}.pem`)).status()).toBe(404);
    await strange.close();
    await site.getByRole("button", { name: t("Issue.download.confirm") }).click();
    await expect(site.getByRole("heading", { name: t("Issue.done.title") })).toBeVisible();
    expect((await own.request.get(`${baseURL}${path}/certificate/${called}.pem`)).status()).toBe(404);
    await own.close();
  });
}

test("where only requests are allowed, STEP2 is their page; where they are not, it cannot be reached", async ({
  page,
}) => {
  const t = words("ja");
  const ticket = await applyForTicket(page, { locale: "ja", user: "hanako" }, "hanako@a.example.ac.jp");
  await enterPin(page, "ja", ticket);
  await expect(page.getByRole("button", { name: t("Issue.download.button"), exact: true })).toBeVisible();
  await page.goto(`${ticket.url}/request`);
  await expect(page.getByRole("button", { name: t("Issue.download.button"), exact: true })).toBeVisible();
  await allowKeys(ticket.url, "upload");
  await page.goto(`${ticket.url}/download`);
  await expect(page.getByRole("heading", { name: t("Issue.request.title") })).toBeVisible();
  await expect(page.getByRole("link", { name: t("Issue.request.back") })).toHaveCount(0);
});
