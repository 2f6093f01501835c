/** Finding one's institution among ten thousand: on our own page, with and without JavaScript, and at the federation's. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page, Request } from "@playwright/test";
import { freePort } from "@/bin/free-port.ts";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { openDiscoveryService } from "@/tests/support/discovery-service.ts";
import { inventedInstitution } from "@/tests/support/institutions.ts";
import { askDatabase } from "@/tests/support/own-database.ts";
import { StartedPortal } from "@/tests/support/portal.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import { answerIdp, expect, expectAccessible, test } from "./portal.ts";

const institutions = 10_000;
const locales: Locale[] = ["ja", "en"];

let folder = "";
let portal: StartedPortal | undefined;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  folder = mkdtempSync(join(tmpdir(), "portal-discovery-"));
  portal = new StartedPortal({ PORT: String(await freePort()), DATA_DIR: folder });
  await portal.ready();
  await fill(folder);
});

test.afterAll(async () => {
  await portal?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Beside the two of the demo federation. */
async function fill(data: string) {
  const rows = Array.from({ length: institutions }, (_, n) => inventedInstitution(n));
  const columns = Object.keys(rows[0] ?? {})
    .map((name) => `"${name}"`)
    .join(", ");
  await askDatabase(
    data,
    `INSERT INTO "IdentityProvider" (${columns})
       SELECT ${columns} FROM json_populate_recordset(NULL::"IdentityProvider", $1::json)`,
    [JSON.stringify(rows)],
  );
  await askDatabase(data, `UPDATE "FederationState" SET "digest" = "digest" || ':more', "loadedAt" = now()`);
}

const at = (path: string) => `${portal?.baseUrl}${path}`;
const listed = (page: Page) => page.getByRole("listitem").filter({ has: page.locator("b") });

/** Where nothing is looked up by name outside this machine, logos of other sites do not come: here, they must not matter. */
for (const locale of locales) {
  const t = words(locale);
  const names = { a: locale === "ja" ? "デモ大学A" : "Demo University A" };

  for (const [size, viewport] of Object.entries({
    desk: { width: 1280, height: 900 },
    phone: { width: 360, height: 740 },
  })) {
    test.describe(`${locale}, ${size}`, () => {
      test.use({ viewport });

      test("an institution is found as one types, by any of its names", async ({ page }) => {
        await page.goto(at(`/${locale}/login`));
        await expect(
          page.getByText(t("Login.foundSome", { total: institutions + 2, from: 1, until: 50 })).first(),
        ).toBeVisible();
        const field = page.getByLabel(t("Login.search"));
        for (const typed of [
          "デモ大学",
          "でもだいがく",
          "ﾃﾞﾓﾀﾞｲｶﾞｸ",
          "DEMO univ",
          "ＤＥＭＯ　ＵＮＩＶ",
          "a.example.ac.jp",
        ]) {
          await field.fill("");
          await field.pressSequentially(typed, { delay: 15 });
          await expect(listed(page).first()).toContainText(names.a);
        }
        await field.fill("トーホク");
        await expect(listed(page).first()).toContainText(locale === "ja" ? "東北" : "Tohoku");
        await expectAccessible(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
          viewport.width,
        );
        await field.fill("どこにもない");
        await expect(page.getByRole("heading", { name: t("Login.nothingTips.title") })).toBeVisible();
        await expect(page.getByRole("status")).toHaveText(t("Login.nothing", { q: "どこにもない" }));
        await expectAccessible(page);
      });
    });
  }

  test(`more are shown below, and the reader goes on where they were (${locale})`, async ({ page }) => {
    await page.goto(at(`/${locale}/login`));
    await page.getByLabel(t("Login.search")).fill(locale === "ja" ? "工業" : "technology");
    await expect(listed(page).first()).toContainText(locale === "ja" ? "工業" : "Technology");
    await page.getByRole("link", { name: t("Login.more", { count: 50 }) }).click();
    await expect(listed(page)).toHaveCount(100);
    await expect(listed(page).nth(50).getByRole("button")).toBeFocused();
  });

  test(`the Enter key chooses nothing, and the way back leads to what was found (${locale})`, async ({
    page,
  }) => {
    await page.goto(at(`/${locale}/login`));
    const field = page.getByLabel(t("Login.search"));
    await field.fill(names.a);
    await field.press("Enter");
    await expect(listed(page)).toHaveCount(1);
    await expect(page).toHaveURL(new RegExp(`/${locale}/login`));
    await listed(page).getByRole("button").click();
    await expect(page.getByLabel(t("DemoIdp.user"))).toBeVisible();
    await page.goBack();
    await expect(page.getByLabel(t("Login.search"))).toHaveValue(names.a);

    // Chosen once, it comes first from now on, until it is forgotten.
    await page.goto(at(`/${locale}/login`));
    const last = page.getByRole("region", { name: t("Login.last") });
    await expect(last.getByRole("listitem")).toHaveText(new RegExp(names.a));
    await expectAccessible(page);
    await last.getByRole("button", { name: t("Login.forget") }).click();
    await expect(page.getByRole("heading", { name: t("Login.title") })).toBeVisible();
    await expect(last).toHaveCount(0);
  });

  test(`of a mail address nothing but its domain leaves the browser (${locale})`, async ({ page }) => {
    const sent: Request[] = [];
    page.on("request", (request) => sent.push(request));
    await page.goto(at(`/${locale}/login`));
    await page.getByLabel(t("Login.search")).fill("hanako.kokuritsu@cs.a.example.ac.jp");
    await expect(listed(page)).toHaveCount(1);
    await expect(listed(page)).toContainText(names.a);
    await page.getByLabel(t("Login.search")).press("Enter");
    await listed(page).getByRole("button").click();
    await expect(page.getByLabel(t("DemoIdp.user"))).toBeVisible();
    await page.goBack();
    await expect(listed(page).first()).toContainText(names.a);
    expect(new URL(page.url()).search).not.toContain("hanako");
    const told = sent.map(
      (request) => `${request.url()} ${request.postData() ?? ""} ${request.headers().referer}`,
    );
    expect(told.filter((text) => text.includes("hanako"))).toEqual([]);
    expect(told.some((text) => text.includes("@cs.a.example.ac.jp"))).toBe(true);
  });

  test.describe(`without JavaScript (${locale})`, () => {
    test.use({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });

    test("one searches by the button, page by page, and by mail address", async ({ page }) => {
      await page.goto(at(`/${locale}/login`));
      const find = async (typed: string) => {
        await page.getByLabel(t("Login.search")).fill(typed);
        await page.getByRole("button", { name: t("Login.find") }).click();
      };
      await find("工業");
      const first = await listed(page).first().innerText();
      await page.getByRole("link", { name: t("Login.more", { count: 50 }) }).click();
      await expect(page.getByText(/51.*100/).first()).toBeVisible();
      await expect(page.getByLabel(t("Login.search"))).toHaveValue("工業");
      await page.getByRole("link", { name: t("Login.previous", { count: 50 }) }).click();
      expect(await listed(page).first().innerText()).toBe(first);
      await find("hanako@a.example.ac.jp");
      await expect(listed(page)).toHaveCount(1);
      await expect(listed(page)).toContainText(names.a);
      expect(page.url()).not.toContain("hanako");
      await listed(page).getByRole("button").click();
      await answerIdp(page, locale, "hanako");
      await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
      await expect(page).toHaveURL(new RegExp(`/${locale}/certs$`));
    });

    test("a logo that does not come leaves nothing behind", async ({ page }) => {
      await page.route(/logo\.png$/, (route) => route.abort());
      await page.goto(at(`/${locale}/login?q=n1`));
      const logo = page.locator(".institution-logo img").first();
      await logo.scrollIntoViewIfNeeded().catch(() => {});
      await expect.poll(() => logo.evaluate((image) => image.getBoundingClientRect().width)).toBe(0);
      const box = await page.locator(".institution-logo").first().boundingBox();
      expect([box?.width, box?.height]).toEqual([40, 40]);
    });
  });
}

test.describe("at the federation's own page", () => {
  test("the institution is chosen there, or not", async ({ page }) => {
    test.slow();
    const choices = Object.values(demoInstitutions).map(({ entityId, nameJa }) => ({
      entityId,
      name: nameJa,
    }));
    const data = mkdtempSync(join(tmpdir(), "portal-central-"));
    const port = String(await freePort());
    const service = await openDiscoveryService(choices, async () =>
      (await fetch(`http://localhost:${port}/api/saml/metadata`)).text(),
    );
    const own = new StartedPortal({ PORT: port, DATA_DIR: data, DISCOVERY_SERVICE_URL: service.url });
    try {
      await own.ready();
      const t = words("ja");
      await page.goto(`${own.baseUrl}/ja/certs`);
      const go = page.getByRole("button", { name: t("Login.central.go") });
      await expectAccessible(page);
      await go.click();
      await page.getByRole("link", { name: "取消" }).click();
      await expect(page.getByText(t("Login.central.cancelled"))).toBeVisible();
      await expectAccessible(page);
      await go.click();
      await page.getByRole("link", { name: "デモ大学A" }).click();
      await answerIdp(page, "ja", "hanako");
      await expect(page).toHaveURL(`${own.baseUrl}/ja/certs`);

      // The way back works once; what was chosen is offered on our page from now on.
      const forged = await page.goto(
        `${own.baseUrl}/api/saml/discovery?state=x&entityID=https://evil.example/`,
      );
      expect(forged?.status()).toBe(400);
      await expect(page.getByText(t("LoginError.codes.discovery_unknown.happened"))).toBeVisible();
      await page.goto(`${own.baseUrl}/ja/login`);
      await expect(page.getByRole("region", { name: t("Login.last") })).toContainText("デモ大学A");
    } finally {
      await own.kill();
      await service.close();
      rmSync(data, { recursive: true, force: true });
    }
  });
});
