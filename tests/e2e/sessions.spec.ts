/** How a login is strengthened and how it ends, at institutions of either binding. */
import type { Page } from "@playwright/test";
import { demoCode } from "@/server/federation/demo/institutions.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import { answerIdp, expect, expectAccessible, logIn, test } from "./portal.ts";

/** The form of a guarded deed, as a page of the portal posts it. */
async function stepUp(page: Page, locale: Locale, to: string): Promise<void> {
  await page.goto(`/${locale}/guide`);
  await page.evaluate(
    (fields) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: "/login/start" });
      for (const [name, value] of Object.entries(fields))
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      document.body.append(form);
      form.submit();
    },
    { for: "show_pin", to, locale },
  );
}

for (const locale of ["ja", "en"] as const) {
  test(`a second factor is asked for, and one comes back to where one was (${locale})`, async ({ page }) => {
    const t = words(locale);
    await page.setViewportSize({ width: 360, height: 740 });
    await logIn(page, { locale, user: "taro" });
    await stepUp(page, locale, `/${locale}/guide?os=mac`);
    await answerIdp(page, locale, "taro");
    await expect(page.getByText(t("DemoIdp.codeHint", { code: demoCode }))).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel(t("DemoIdp.code")).fill("000000");
    await page.getByRole("button", { name: t("DemoIdp.confirm") }).click();
    await expect(page.getByRole("alert")).toHaveText(t("DemoIdp.wrongCode"));
    await page.getByLabel(t("DemoIdp.code")).fill(demoCode);
    await page.getByRole("button", { name: t("DemoIdp.confirm") }).click();
    await expect(page).toHaveURL(new RegExp(`/${locale}/guide\\?os=mac$`));
  });

  test(`whoever goes back to a login that is over is told that theirs goes on (${locale})`, async ({
    page,
  }) => {
    const t = words(locale);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`/${locale}/login/error?code=request_unknown&ref=ZZZZ9999`);
    await expect(page.getByText(t("LoginError.notDone"))).toBeVisible();
    await expect(page.getByText(t("LoginError.quoteNumber"))).toBeVisible();
    await logIn(page, { locale, user: "hanako" });
    await page.goto(`/${locale}/login/error?code=request_unknown`);
    await expect(page.getByText(t("LoginError.signedIn"))).toBeVisible();
    await expect(page.getByText(t("LoginError.notDone"))).toHaveCount(0);
    await expectAccessible(page);
    await page.getByRole("link", { name: t("LoginError.toDashboard") }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(t("Dashboard.title"));
  });

  test(`an institution without a second factor says so, and the login goes on (${locale})`, async ({
    page,
  }) => {
    const t = words(locale);
    await logIn(page, { locale, user: "tanaka", at: "b" });
    await stepUp(page, locale, `/${locale}/guide`);
    await expect(page.getByRole("heading", { name: t("LoginError.stepUp.title") })).toBeVisible();
    await expect(page.getByText(t("LoginError.codes.idp_no_context.toDo"))).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("link", { name: t("LoginError.stepUp.back") }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(t("Guide.title"));
    await expect(page.getByText(t("Site.accountMenu"))).toBeVisible();
  });
}

/** sakura, for whom no other story logs in: this one ends all her logins. */
test("a member logs out on all devices, and is logged out in another browser too", async ({
  page,
  browser,
}) => {
  const t = words("ja");
  const other = await browser.newPage();
  await logIn(other, { locale: "ja", user: "sakura", at: "b" });
  await logIn(page, { locale: "ja", user: "sakura", at: "b" });
  await page.getByText(t("Site.accountMenu")).click();
  await page.getByRole("button", { name: t("Site.logoutEverywhere") }).click();
  await expect(page.getByRole("status")).toContainText(t("Welcome.loggedOut.everywhere"));
  await expectAccessible(page);
  await other.goto("/ja/certs");
  await expect(other.getByRole("heading", { name: t("Login.title") })).toBeVisible();
  await other.close();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a member goes on by buttons to an institution that is asked by a form, and logs out", async ({
    page,
  }) => {
    const t = words("en");
    await page.goto("/en/login");
    const row = page.getByRole("listitem").filter({ hasText: "Demo KOSEN B" });
    await row
      .getByRole("button", { name: t("Login.choose") })
      .first()
      .click();
    await expect(page.getByRole("heading", { name: t("LoginSending.title") })).toBeVisible();
    await page.getByRole("button", { name: t("LoginSending.continue") }).click();
    await answerIdp(page, "en", "tanaka");
    await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
    await expect(page).toHaveURL(/\/en\/certs$/);
    await page.getByText(t("Site.accountMenu")).click();
    await page.getByRole("button", { name: t("Site.logout"), exact: true }).click();
    await expect(page.getByText(t("Welcome.loggedOut.here"))).toBeVisible();
    await page.goto("/en/certs");
    await expect(page.getByRole("heading", { name: t("Login.title") })).toBeVisible();
  });
});
