/** The attribute doctor: what an institution released, what is missing, and whom to tell; also where a login ends for want of it. */
import type { Page } from "@playwright/test";
import { type Locale, words } from "@/tests/support/words.ts";
import { answerIdp, chooseInstitution, expect, expectAccessible, fact, logIn, test } from "./portal.ts";

const sizes = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };

/** Of saburo the demo institution releases no identifier that is its own to give. */
async function failToLogIn(page: Page, locale: Locale) {
  await page.goto(`/${locale}/login`);
  const answered = page.waitForResponse(
    (response) =>
      response.url().includes(`/${locale}/login/attributes`) && response.request().isNavigationRequest(),
  );
  await chooseInstitution(page, { locale, user: "saburo" });
  return answered;
}

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);

  for (const [name, viewport] of Object.entries(sizes)) {
    test.describe(`${locale}, ${name}`, () => {
      test.use({ viewport });

      test("a login without an identifier ends where one sees what arrived, why it is not enough, and what to send to whom", async ({
        page,
      }) => {
        const response = await failToLogIn(page, locale);
        expect(response.status()).toBe(403);
        await expect(page.getByRole("heading", { name: t("Doctor.refusedTitle") })).toBeVisible();
        await expect(page.getByText(t("Doctor.notDone"))).toBeVisible();
        await expect(fact(page, t("Doctor.uses.login"))).toContainText(t("Doctor.states.faulty"));
        await expect(fact(page, t("Doctor.uses.mail"))).toContainText(t("Doctor.states.good"));
        await expect(page.getByText("saburo@another.example.ac.jp")).toBeVisible();
        await expect(page.getByText(t("Doctor.faults.foreign_scope")).first()).toBeVisible();

        const reference = new URL(page.url()).searchParams.get("ref") ?? "none";
        const letter = await page.getByLabel(t("Doctor.letterLabel")).inputValue();
        for (const part of ["eduPersonUniqueId", "https://idp.a.example.ac.jp/idp/shibboleth", reference])
          expect(letter).toContain(part);
        const href = await page
          .getByRole("link", { name: /gakunin@a\.example\.ac\.jp/ })
          .getAttribute("href");
        const mail = new URL(href ?? "");
        expect(mail.pathname).toBe("gakunin@a.example.ac.jp");
        expect(mail.searchParams.get("body")).toContain(reference);
        for (const value of ["saburo", "三郎"])
          expect(`${letter} ${mail} ${page.url()}`).not.toContain(value);

        await expectAccessible(page);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(viewport.width);
      });

      test("a member without a mail address sees why the dashboard offers nothing", async ({ page }) => {
        await logIn(page, { locale, user: "jiro" });
        await page
          .getByRole("link", { name: t("Dashboard.obstacles.seeReleased") })
          .first()
          .click();
        await expect(page.getByRole("heading", { name: t("Doctor.title"), exact: true })).toBeVisible();
        await expect(fact(page, t("Doctor.uses.login"))).toContainText(t("Doctor.states.good"));
        for (const use of ["mail", "smime"] as const)
          await expect(fact(page, t(`Doctor.uses.${use}`))).toContainText(t("Doctor.states.missing"));
        await expect(page.getByLabel(t("Doctor.letterLabel"))).toHaveValue(
          /urn:oid:0\.9\.2342\.19200300\.100\.1\.3/,
        );
        await expectAccessible(page);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(viewport.width);
      });
    });
  }
}

test("a member finds what arrived in the account menu, and nobody after the logout", async ({ page }) => {
  const t = words("ja");
  await logIn(page, { locale: "ja", user: "hanako" });
  await page
    .locator("summary")
    .filter({ hasText: t("Site.accountMenu") })
    .click();
  await page.getByRole("link", { name: t("Site.attributes") }).click();
  await expect(
    page.getByRole("definition").filter({ hasText: "hanako@a.example.ac.jp" }).first(),
  ).toBeVisible();
  await expect(page.getByText(t("Doctor.letterNone"))).toBeVisible();
  await expect(page.getByText(t("Doctor.contexts.password"), { exact: true })).toBeVisible();

  await page
    .locator("summary")
    .filter({ hasText: t("Site.accountMenu") })
    .click();
  await page.getByRole("button", { name: t("Site.logout"), exact: true }).click();
  await page.goto("/ja/login/attributes");
  await expect(page.getByText(t("Doctor.nothing"))).toBeVisible();
  await expect(page.getByText("hanako@")).toHaveCount(0);
  await expect(page.getByRole("link", { name: t("Doctor.toLogin") })).toHaveAttribute(
    "href",
    `/ja/login?${new URLSearchParams({ to: "/ja/login/attributes" })}`,
  );
});

test("another browser with the same address sees nothing of what arrived", async ({ page, browser }) => {
  await failToLogIn(page, "ja");
  await expect(page.getByText("saburo@another.example.ac.jp")).toBeVisible();
  const stranger = await browser.newPage();
  const response = await stranger.goto(page.url());
  expect(response?.status()).toBe(403);
  await expect(stranger.getByText(words("ja")("Doctor.nothing"))).toBeVisible();
  expect(await stranger.content()).not.toContain("saburo");
  await stranger.close();
});

test("the language of the page can be changed, and it still shows what arrived", async ({ page }) => {
  await failToLogIn(page, "ja");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: words("en")("Doctor.refusedTitle") })).toBeVisible();
  await expect(page.getByText("saburo@another.example.ac.jp")).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a login without an identifier ends on the same page", async ({ page }) => {
    const t = words("ja");
    await page.goto("/ja/login");
    const row = page.getByRole("listitem").filter({ hasText: "デモ大学A" });
    await row
      .getByRole("button", { name: t("Login.choose") })
      .first()
      .click();
    await answerIdp(page, "ja", "saburo");
    await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
    await expect(page.getByRole("heading", { name: t("Doctor.refusedTitle") })).toBeVisible();
    await expect(page.getByText("saburo@another.example.ac.jp")).toBeVisible();
    await expect(page.getByLabel(t("Doctor.letterLabel"))).toHaveValue(/eduPersonUniqueId/);
    await expect(page.getByRole("button", { name: t("Doctor.copy") })).toBeHidden();
  });

  test("a login given up at the institution ends with its answer in words, and whom to ask", async ({
    page,
  }) => {
    const t = words("ja");
    await page.goto("/ja/login");
    const row = page.getByRole("listitem").filter({ hasText: "デモ大学A" });
    await row
      .getByRole("button", { name: t("Login.choose") })
      .first()
      .click();
    await page.getByRole("button", { name: t("DemoIdp.cancel") }).click();
    await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
    await expect(page.getByText(t("LoginError.statuses.AuthnFailed"))).toBeVisible();
    await expect(page.getByText("urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")).toBeVisible();
    const ask = page.getByRole("link", { name: /gakunin@a\.example\.ac\.jp/ });
    const reference = new URL(page.url()).searchParams.get("ref") ?? "none";
    expect(decodeURIComponent((await ask.getAttribute("href")) ?? "")).toContain(reference);
  });
});
