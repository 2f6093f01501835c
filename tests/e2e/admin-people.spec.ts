/** Roles: an operator gives one until a day and takes it back; a registrar, whom the institution states, does so for their own people only. */
import type { Browser, Page } from "@playwright/test";
import { type Locale, words } from "@/tests/support/words.ts";
import { expect, expectUsableAnywhere, logIn, test } from "./portal.ts";

/** Of each language somebody of their own, so that the two are not in each other's way. */
const people = { ja: "hanako", en: "taro" } as const;
const names = { ja: /国立 花子/, en: /学認 太郎/ } as const;

/** Whoever has never logged in is nobody yet. */
async function makeKnown(browser: Browser, baseURL: string | undefined, locale: Locale): Promise<void> {
  const context = await browser.newContext({ baseURL });
  await logIn(await context.newPage(), { locale, user: people[locale] });
  await context.close();
}

/** From the search to the page of a person. */
async function find(page: Page, locale: Locale, eppn: string): Promise<void> {
  const t = words(locale);
  await page.goto(`/${locale}/admin/people`);
  await page.getByLabel(t("Admin.people.search")).fill(eppn);
  await page.getByRole("button", { name: t("Admin.people.find"), exact: true }).click();
  await expect(page.getByRole("heading", { name: t("Admin.people.found") })).toBeVisible();
}

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);
  const eppn = `${people[locale]}@a.example.ac.jp`;
  const registrar = t("Admin.people.roles.registrar.name");
  const takeName = t("Admin.people.take", { role: registrar });

  test(`an operator gives a role until a day, and takes it back (${locale})`, async ({
    page,
    browser,
    baseURL,
  }) => {
    await makeKnown(browser, baseURL, locale);
    await logIn(page, { locale, user: "admin" });
    await find(page, locale, eppn);
    await expectUsableAnywhere(page);
    await page.getByRole("link", { name: names[locale] }).first().click();
    await expect(page.getByRole("heading", { level: 1, name: names[locale] })).toBeVisible();

    // A day that is past is refused, and what was typed is still there.
    await page.getByLabel(t("Admin.people.until")).fill("2020-01-01");
    await page.getByLabel(t("Admin.deed.reason"), { exact: true }).fill("春からの担当");
    await page.getByRole("button", { name: t("Admin.people.giveNow"), exact: true }).click();
    await expect(page.getByText(t("Admin.people.refused.in_the_past"))).toBeVisible();
    await expect(page.getByLabel(t("Admin.deed.reason"), { exact: true })).toHaveValue("春からの担当");
    await page.getByLabel(t("Admin.people.until")).fill("2099-03-31");
    await page.getByRole("button", { name: t("Admin.people.giveNow"), exact: true }).click();
    await expect(page.getByText(t("Admin.people.did.given"))).toBeVisible();
    await expect(page.getByRole("heading", { level: 3, name: registrar })).toBeVisible();
    await expectUsableAnywhere(page);

    await page.getByLabel(t("Admin.people.takeReason", { role: registrar })).fill("異動");
    await page.getByRole("button", { name: takeName, exact: true }).click();
    await expect(page.getByText(t("Admin.people.did.taken"))).toBeVisible();
    await expect(page.getByRole("heading", { level: 3, name: registrar })).toHaveCount(0);
    await page.goto(`/${locale}/admin/people?state=ended`);
    await expect(page.getByRole("heading", { name: t("Admin.people.holders.ended") })).toBeVisible();
    await expect(page.getByRole("link", { name: names[locale] }).first()).toBeVisible();
    await expectUsableAnywhere(page);
  });

  test(`the last operator stays one (${locale})`, async ({ page }) => {
    const operator = t("Admin.people.roles.operator.name");
    await logIn(page, { locale, user: "admin" });
    await find(page, locale, "admin@a.example.ac.jp");
    await page
      .getByRole("row", { name: /admin@/ })
      .getByRole("link")
      .first()
      .click();
    await page.getByLabel(t("Admin.people.takeReason", { role: operator })).fill("x");
    await page.getByLabel(t("Admin.people.confirmOwn")).check();
    await page.getByRole("button", { name: t("Admin.people.take", { role: operator }), exact: true }).click();
    await expect(page.getByText(t("Admin.people.refused.last_operator"))).toBeVisible();
  });

  test(`a registrar whom the institution states sees their own people, and no operators' pages (${locale})`, async ({
    page,
  }) => {
    await logIn(page, { locale, user: "registrar" });
    await page.goto(`/${locale}/admin/people`);
    await expect(page.getByText(t("Admin.people.stated")).first()).toBeVisible();
    await expect(page.getByText(t("Admin.people.roles.operator.name"), { exact: true })).toHaveCount(0);
    await find(page, locale, "sakura@b.example.ac.jp");
    await expect(page.getByText(t("Admin.people.nobody"))).toBeVisible();
    await expectUsableAnywhere(page);
    await page.goto(`/${locale}/admin/ca`);
    await expect(page.getByRole("heading", { level: 1, name: t("NotFound.title") })).toBeVisible();
  });
}
