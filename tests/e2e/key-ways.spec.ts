/** The other ways to a key: of another kind, in two tabs, by the server, and where a browser cannot or an institution will not. */
import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { openP12, openssl } from "@/tests/support/openssl.ts";
import { askDatabase } from "@/tests/support/own-database.ts";
import { words } from "@/tests/support/words.ts";
import {
  allowKeys,
  applyForTicket,
  dataFolder,
  download,
  enterPin,
  expect,
  expectAccessible,
  type Ticket,
  test,
} from "./portal.ts";

const t = words("ja");
const newTicket = (page: Page) =>
  applyForTicket(page, { locale: "ja", user: "hanako" }, "hanako@a.example.ac.jp");

async function certificatesOf({ url }: Ticket): Promise<{ keyOrigin: string }[]> {
  const hash = createHash("sha256")
    .update(url.split("/").at(-1) ?? "")
    .digest();
  return askDatabase(
    dataFolder(),
    `SELECT "keyOrigin" FROM "Certificate" JOIN "Ticket" t USING ("orderId") WHERE t.hash = $1`,
    [hash],
  );
}

test("who asks for it gets a key on P-256", async ({ page, folder }) => {
  const ticket = await newTicket(page);
  await enterPin(page, "ja", ticket);
  await page.getByText(t("Issue.own.keyKind.summary"), { exact: true }).click();
  await expectAccessible(page);
  await page.getByLabel(t("Issue.own.keyKind.p-256")).check();
  const opened = await openP12(folder, await download(page, t("Issue.download.button"), folder), ticket.pin);
  expect(await openssl(["pkey", "-in", opened.key, "-noout", "-text"])).toContain("P-256");
  expect(await openssl(["x509", "-in", opened.certificate, "-noout", "-text"])).toContain("prime256v1");
});

test("two tabs that are pressed at once end up with one key and one certificate", async ({
  page,
  context,
  folder,
}) => {
  const ticket = await newTicket(page);
  await enterPin(page, "ja", ticket);
  await expect(page.getByText(t("Issue.own.promise"))).toBeVisible();
  const second = await context.newPage();
  await second.goto(ticket.url);
  await second.getByLabel(t("Issue.pin.label")).fill(ticket.pin);
  const [one, other] = await Promise.all([
    download(page, t("Issue.download.button"), folder),
    download(second, t("Issue.download.button"), `${folder}/second`),
  ]);
  const key = async (path: string) => openssl(["pkey", "-in", (await openP12(folder, path, ticket.pin)).key]);
  expect(await key(one)).toBe(await key(other));
  expect(await certificatesOf(ticket)).toHaveLength(1);

  // What one tab confirms, the other finds confirmed.
  await page.getByRole("button", { name: t("Issue.download.confirm") }).click();
  await expect(page.getByRole("heading", { name: t("Issue.done.title") })).toBeVisible();
  await second.getByRole("button", { name: t("Issue.download.confirm") }).click();
  await expect(second.getByRole("heading", { name: t("Issue.done.title") })).toBeVisible();
});

test("two browsers with the same PIN: the first has the certificate, the other is told so", async ({
  page,
  browser,
  folder,
}) => {
  const ticket = await newTicket(page);
  await enterPin(page, "ja", ticket);
  await expect(page.getByText(t("Issue.own.promise"))).toBeVisible();
  const elsewhere = await browser.newContext({ locale: "ja-JP" });
  const other = await elsewhere.newPage();
  await enterPin(other, "ja", ticket);
  await expect(other.getByText(t("Issue.own.promise"))).toBeVisible();
  // The permission is the other browser's now; this page has the PIN, and takes it back without a word.
  const p12 = await download(page, t("Issue.download.button"), folder);
  await openP12(folder, p12, ticket.pin);
  await other.getByRole("button", { name: t("Issue.download.button"), exact: true }).click();
  await expect(other.getByText(t("Issue.own.gone.other_key"))).toBeVisible();
  await expectAccessible(other);
  expect(await certificatesOf(ticket)).toEqual([{ keyOrigin: "browser" }]);
  await elsewhere.close();
});

test("where no key can be made the page says so, and the server makes one when asked", async ({
  page,
  folder,
}) => {
  const ticket = await newTicket(page);
  await page.addInitScript(() => {
    const fails = () => Promise.reject(new DOMException("", "OperationError"));
    Object.defineProperty(crypto.subtle, "generateKey", { value: fails });
  });
  await enterPin(page, "ja", ticket);
  await page.getByRole("button", { name: t("Issue.download.button"), exact: true }).click();
  await expect(page.getByText(t("Issue.own.problems.not_made.title"))).toBeVisible();
  await expectAccessible(page);
  expect(await certificatesOf(ticket)).toEqual([]);
  await page.getByLabel(t("Issue.download.compatible.name")).check();
  await page.getByText(t("Issue.own.server.summary"), { exact: true }).click();
  await expectAccessible(page);
  const p12 = await download(page, t("Issue.own.server.button"), folder);
  const info = await openssl([
    "pkcs12",
    "-in",
    p12,
    "-info",
    "-noout",
    "-legacy",
    "-passin",
    `pass:${ticket.pin}`,
  ]);
  expect(info).toContain("3-KeyTripleDES");
  expect(await certificatesOf(ticket)).toEqual([{ keyOrigin: "server" }]);
  // The page finds out by itself, and goes on as for every key of the server's.
  await expect(page.getByRole("button", { name: t("Issue.download.downloadAgain") })).toBeVisible();
  await expect(page.getByText(t("Issue.own.made"))).toHaveCount(0);
});

test("a press before the page's script is there uses nothing up", async ({ page, baseURL }) => {
  const ticket = await newTicket(page);
  await enterPin(page, "ja", ticket);
  await expect(page.getByRole("button", { name: t("Issue.download.button"), exact: true })).toBeVisible();
  const path = new URL(ticket.url).pathname;
  const answer = await page.request.post(`${path}/file`, {
    form: { encryption: "modern" },
    headers: { origin: baseURL ?? "" },
    maxRedirects: 0,
  });
  expect(answer.status()).toBe(303);
  expect(answer.headers().location).toBe(`${path}/download?early=1`);
  expect(await certificatesOf(ticket)).toEqual([]);
  await page.goto(`${path}/download?early=1`);
  await expect(page.getByText(t("Issue.own.early"))).toBeVisible();
  await expectAccessible(page);
});

test("an institution that wants keys made by the server gets the page of old", async ({ page, folder }) => {
  const ticket = await newTicket(page);
  await allowKeys(ticket.url, "server");
  await enterPin(page, "ja", ticket);
  await expect(page.getByText(t("Issue.download.window"))).toBeVisible();
  await expect(page.getByText(t("Issue.own.promise"))).toHaveCount(0);
  await openP12(folder, await download(page, t("Issue.download.button"), folder), ticket.pin);
  expect(await certificatesOf(ticket)).toEqual([{ keyOrigin: "server" }]);
});

test("without JavaScript, an institution that wants keys made by browsers is named as the reason", async ({
  page,
  browser,
}) => {
  const ticket = await newTicket(page);
  await allowKeys(ticket.url, "browser");
  const plain = await browser.newContext({ javaScriptEnabled: false, locale: "ja-JP" });
  const scriptless = await plain.newPage();
  await enterPin(scriptless, "ja", ticket);
  await expect(scriptless.getByText(t("Issue.own.noScript.forbiddenTitle"))).toBeVisible();
  await expect(scriptless.getByRole("button", { name: t("Issue.download.button"), exact: true })).toHaveCount(
    0,
  );
  expect(await certificatesOf(ticket)).toEqual([]);
  await plain.close();
});
