/** A .p12 in the other format, made in the browser: what comes out is opened with other people's tools. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { openssl } from "@/tests/support/openssl.ts";
import { run, tool } from "@/tests/support/tools.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import { expect, expectAccessible, fact, test } from "./portal.ts";

const pin = "8k353R4ttZ4sj7C6";
const name = "国立 花子";

test.skip(!tool("openssl"), "openssl makes the files");

const old = ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"];

/** A CA, hanako's certificate by it, and a .p12 of both; its path. */
async function p12Of(folder: string, fileName: string, ...args: string[]): Promise<string> {
  const at = (file: string) => join(folder, file);
  const made = ["-nodes", "-newkey", "rsa:2048", "-days", "30"];
  await openssl([
    "req",
    "-x509",
    ...made,
    "-subj",
    "/CN=Test CA",
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
  ]);
  const subject = ["-utf8", "-subj", `/C=JP/CN=${name}`, "-set_serial", "0x0badcafe"];
  const issuer = ["-CA", at("ca.pem"), "-CAkey", at("ca.key")];
  await openssl([
    "req",
    "-x509",
    ...made,
    ...subject,
    ...issuer,
    "-keyout",
    at("own.key"),
    "-out",
    at("own.pem"),
  ]);
  const from = ["-inkey", at("own.key"), "-in", at("own.pem"), "-certfile", at("ca.pem"), "-name", "hanako"];
  await openssl(["pkcs12", "-export", ...from, "-passout", `pass:${pin}`, "-out", at(fileName), ...args]);
  return at(fileName);
}

/** How it is protected and what it holds, as OpenSSL tells. */
async function told(path: string) {
  const open = (...args: string[]) => openssl(["pkcs12", "-in", path, "-passin", `pass:${pin}`, ...args]);
  const info = await open("-info", "-noout");
  const pems = (await open("-noenc")).match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? [];
  const localKeyId = /localKeyID: (.*)/.exec(await open("-nocerts", "-noenc"))?.[1]?.trim();
  return {
    protection: info.split("\n").filter((line) => /MAC:|Encrypted data|Keybag/.test(line)),
    pems: pems.sort(),
    localKeyId,
  };
}

/** Chooses, types, presses; the path of what is downloaded. */
async function convert(
  page: Page,
  locale: Locale,
  given: { file: string; typed: string; to: "modern" | "compatible" },
  folder: string,
) {
  const t = words(locale);
  await fill(page, locale, given.file, given.typed);
  await page.getByLabel(t(`Issue.download.${given.to}.name`)).check();
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: t("Rewrap.button") }).click();
  const download = await arriving;
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

async function fill(page: Page, locale: Locale, file: string, typed: string) {
  const t = words(locale);
  await page.getByLabel(t("Rewrap.file.label")).setInputFiles(file);
  await page.getByLabel(t("Rewrap.password.label")).fill(typed);
}

test("a file is converted to the old format and back, with the network off and nothing asked of it", async ({
  page,
  context,
  folder,
}) => {
  const t = words("ja");
  const original = await p12Of(folder, "hanako.p12");
  await page.goto("/ja/guide/windows");
  await page.getByRole("link", { name: t("Guide.rewrap") }).click();
  await expect(page.getByRole("heading", { name: t("Rewrap.title") })).toBeVisible();
  await expect(page.getByRole("button", { name: t("Rewrap.button") })).toBeEnabled();
  await page.waitForLoadState("networkidle");
  await context.setOffline(true);
  const asked: string[] = [];
  page.on("request", (request) => {
    // The saving itself, and pages that links in view lead to, of which Next.js asks ahead.
    const isOwn =
      request.url().startsWith("blob:") || request.headers()["next-router-prefetch"] !== undefined;
    if (!isOwn || request.postData()) asked.push(`${request.method()} ${request.url()}`);
  });

  // As typed on a phone: full-width, with blanks.
  const fullWidth = pin.replaceAll(/./g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
  const compatible = await convert(
    page,
    "ja",
    { file: original, typed: ` ${fullWidth} `, to: "compatible" },
    folder,
  );
  expect(compatible).toMatch(/\/hanako-3DES\.p12$/);
  await expect(page.getByRole("status").filter({ hasText: "hanako-3DES.p12" })).toBeVisible();
  await expect(fact(page, t("Rewrap.holds.commonName"))).toHaveText(name);
  await expect(fact(page, t("Rewrap.holds.serial"))).toHaveText("0BADCAFE");
  await expect(fact(page, t("Rewrap.holds.notAfter"))).toHaveText(/^20\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
  await expect(fact(page, t("Rewrap.holds.before"))).toContainText(t("Issue.download.modern.name"));
  await expect(fact(page, t("Rewrap.holds.after"))).toContainText(t("Issue.download.compatible.name"));
  const modern = await convert(page, "ja", { file: compatible, typed: pin, to: "modern" }, folder);
  expect(modern).toMatch(/\/hanako-AES256\.p12$/);
  expect(asked).toEqual([]);
  expect(page.url()).toMatch(/\/ja\/guide\/rewrap$/);

  const [before, then, after] = [await told(original), await told(compatible), await told(modern)];
  expect(then.protection).toEqual([
    "MAC: sha1, Iteration 2048",
    "PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048",
    "Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048",
  ]);
  expect(after.protection).toEqual([
    "MAC: sha256, Iteration 2048",
    "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256",
    "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256",
  ]);
  for (const { pems, localKeyId } of [then, after]) {
    expect(pems).toEqual(before.pems);
    expect(localKeyId).toBe(before.localKeyId);
  }
  if (!tool("pk12util") || !tool("certutil")) return;
  for (const file of [compatible, modern]) {
    const db = join(folder, `${file.includes("3DES") ? "old" : "new"}-db`);
    await mkdir(db);
    run("certutil", ["-N", "--empty-password", "-d", `sql:${db}`]);
    expect(run("pk12util", ["-i", file, "-W", pin, "-d", `sql:${db}`])).toMatchObject({ ok: true });
    expect(run("certutil", ["-L", "-d", `sql:${db}`]).said).toMatch(/^hanako +u,u,u$/m);
  }
});

for (const locale of ["ja", "en"] as const) {
  test.describe(`on a phone (${locale})`, () => {
    test.use({ viewport: { width: 360, height: 740 } });

    test("what is wrong is said at its field, and nothing is made", async ({ page, folder }) => {
      const t = words(locale);
      const original = await p12Of(folder, "hanako.p12", ...old);
      const notP12 = join(folder, "photo.p12");
      await writeFile(notP12, "JFIF");
      const large = join(folder, "large.p12");
      await writeFile(large, Buffer.alloc((1 << 20) + 1));
      const rc2 = join(folder, "rc2.p12");
      const from = [
        "-inkey",
        join(folder, "own.key"),
        "-in",
        join(folder, "own.pem"),
        "-passout",
        `pass:${pin}`,
      ];
      await openssl(["pkcs12", "-export", "-legacy", ...from, "-out", rc2]);
      const about = "pbeWithSHAAnd40BitRC2-CBC";

      const downloads: string[] = [];
      page.on("download", (download) => downloads.push(download.suggestedFilename()));
      await page.goto(`/${locale}/guide/rewrap`);
      await expectAccessible(page);
      const button = page.getByRole("button", { name: t("Rewrap.button") });
      const [file, password] = [
        page.getByLabel(t("Rewrap.file.label")),
        page.getByLabel(t("Rewrap.password.label")),
      ];
      const expectError = async (key: string, field: typeof file) => {
        await expect(page.getByRole("main").getByRole("alert")).toHaveText(t(key, { about }));
        await expect(field).toBeFocused();
        await expect(field).toHaveAttribute("aria-invalid", "true");
      };

      await button.click();
      await expectError("Rewrap.errors.fileMissing", file);
      await file.setInputFiles(original);
      await button.click();
      await expectError("Rewrap.errors.passwordMissing", password);
      await fill(page, locale, original, `${pin}x`);
      await button.click();
      await expectError("Rewrap.errors.passwordWrong", password);
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      for (const [path, key] of [
        [notP12, "malformed"],
        [large, "tooLarge"],
        [rc2, "unsupported"],
      ] as const) {
        await fill(page, locale, path, pin);
        await button.click();
        await expectError(`Rewrap.errors.${key}`, file);
      }
      await fill(page, locale, original, pin);
      await password.press("Enter");
      await expect(page.getByText(t("Rewrap.same.title"))).toBeVisible();
      expect(downloads).toEqual([]);

      const made = await convert(page, locale, { file: original, typed: pin, to: "modern" }, folder);
      await expect(page.getByText(t("Rewrap.made.title", { fileName: "hanako-AES256.p12" }))).toBeVisible();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      const again = page.waitForEvent("download");
      await page.getByRole("button", { name: t("Rewrap.holds.again") }).click();
      const path = join(folder, "again.p12");
      await (await again).saveAs(path);
      expect((await readFile(path)).equals(await readFile(made))).toBe(true);
    });
  });
}

test("at an address without WebCrypto it is said, and what to do", async ({ page }) => {
  const t = words("en");
  await page.addInitScript(() => Object.defineProperty(globalThis, "isSecureContext", { value: false }));
  await page.goto("/en/guide/rewrap");
  await expect(page.getByText(t("Rewrap.noCrypto.title"))).toBeVisible();
  await expect(page.getByText(t("Rewrap.noCrypto.toDo"))).toBeVisible();
  await expect(page.getByRole("button", { name: t("Rewrap.button") })).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the page says that it cannot convert, and shows no form", async ({ page }) => {
    const t = words("ja");
    await page.goto("/ja/guide/rewrap");
    const notice = page.locator("noscript .notice");
    await expect(notice).toBeVisible();
    await expect(notice.locator("p")).toHaveText(
      ["title", "happened", "toDo"].map((key) => t(`Rewrap.noScript.${key}`)),
    );
    await expect(page.getByRole("button", { name: t("Rewrap.button") })).toBeHidden();
    await expect(page.getByLabel(t("Rewrap.password.label"))).toBeHidden();
  });
});
