/** What goes wrong, and what the member is told then, in both languages. */
import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { askDatabase } from "@/tests/support/own-database.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import {
  answerIdp,
  apply,
  chooseInstitution,
  collect,
  collectUrlOf,
  dataFolder,
  expect,
  expectAccessible,
  isAbout,
  logIn,
  mailTo,
  readPin,
  test,
} from "./portal.ts";

const locales: Locale[] = ["ja", "en"];

/** Each language has a person of its own, so that the tests do not meet. */
const people = {
  ja: { locale: "ja", user: "tanaka", at: "a", address: "tanaka@a.example.ac.jp" },
  en: { locale: "en", user: "tanaka", at: "b", address: "tanaka@b.example.ac.jp" },
} as const;

async function toLoginPage(page: Page, locale: Locale): Promise<void> {
  await page.goto(`/${locale}/login`);
}

/** Once the page has nothing under way any more that would itself notice. */
async function endSession(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.context().clearCookies({ name: /session-token/ });
}

async function expectLoginError(page: Page, locale: Locale, code: string): Promise<void> {
  const t = words(locale);
  await expect(page.getByRole("heading", { name: t("LoginError.title") })).toBeVisible();
  await expect(page.getByText(t(`LoginError.codes.${code}.happened`))).toBeVisible();
  await expect(page.getByText(t("LoginError.notDone"))).toBeVisible();
  await expect(page.getByText(/^[2-9A-HJ-NP-Z]{8}$/)).toBeVisible();
}

for (const locale of locales) {
  const t = words(locale);
  const person = people[locale];

  test.describe(locale, () => {
    test("a wrong password is answered at the institution, and the right one still logs in", async ({
      page,
    }) => {
      await toLoginPage(page, locale);
      const row = page
        .getByRole("listitem")
        .filter({ hasText: locale === "ja" ? "デモ大学A" : "Demo University A" });
      await row
        .getByRole("button", { name: t("Login.choose") })
        .first()
        .click();
      await answerIdp(page, locale, "tanaka", "passwort");
      await expect(page.getByRole("alert")).toHaveText(t("DemoIdp.wrong"));
      await answerIdp(page, locale, "tanaka");
      await expect(page).toHaveURL(new RegExp(`/${locale}/certs$`));
    });

    test("wrong PINs are counted, ten lock the site, its owner unlocks it, and a used URL is dead", async ({
      page,
      browser,
      folder,
    }) => {
      test.slow();
      await logIn(page, person);
      const number = await apply(page, locale);
      await page.goto(`/${locale}/certs/${number}`);
      const pin = await readPin(page);
      const url = await collectUrlOf(person.address, number);

      await page.goto(url);
      for (let left = 9; left > 0; left--) {
        await page.getByLabel(t("Issue.pin.label")).fill("WRONGwrongWRONG2");
        await page.getByRole("button", { name: t("Issue.pin.next") }).click();
        await expect(
          page.getByRole("alert").filter({ hasText: t("Issue.pin.wrong", { triesLeft: left }) }),
        ).toBeVisible();
        await expect(page.getByLabel(t("Issue.pin.label"))).toBeFocused();
        if (left === 9) await expectAccessible(page);
      }
      await page.getByLabel(t("Issue.pin.label")).fill("WRONGwrongWRONG2");
      await page.getByRole("button", { name: t("Issue.pin.next") }).click();
      await expect(page.getByText(t("Issue.refused.locked.happened"))).toBeVisible();
      await mailTo(person.address, t("Mail.subject.locked"), isAbout(number));

      await page.goto(`/${locale}/certs/${number}`);
      await expect(page.getByText(t("Detail.pin.locked"))).toBeVisible();
      await expectAccessible(page);
      await page.getByRole("button", { name: t("Unlock.button") }).click();
      await expect(page.getByText(t("Detail.pin.unlocked"))).toBeVisible();
      await collect(page, locale, url, pin, folder);

      const stranger = await browser.newContext();
      const other = await stranger.newPage();
      await other.goto(url);
      await expect(other.getByText(t("Issue.refused.used.happened"))).toBeVisible();
      await expectAccessible(other);
      await stranger.close();
    });

    test("a URL whose month is over is refused, and the application says that it lapsed", async ({
      page,
    }) => {
      await logIn(page, person);
      const number = await apply(page, locale);
      const url = await collectUrlOf(person.address, number);
      const hash = createHash("sha256")
        .update(url.split("/").at(-1) ?? "")
        .digest();
      const [ticket] = await askDatabase<{ orderId: string }>(
        dataFolder(),
        `UPDATE "Ticket" SET "expiresAt" = now() - interval '1 second' WHERE hash = $1 RETURNING "orderId"`,
        [hash],
      );
      await page.goto(url);
      await expect(page.getByText(t("Issue.refused.lapsed.happened"))).toBeVisible();
      await expectAccessible(page);

      await askDatabase(
        dataFolder(),
        `UPDATE "Order" SET "collectUntil" = now() - interval '1 second' WHERE id = $1`,
        [ticket?.orderId],
      );
      await askDatabase(
        dataFolder(),
        `INSERT INTO "OutboxEvent" (id, name, data) VALUES (gen_random_uuid(), 'enrollment/order.changed', jsonb_build_object('order', $1::text))`,
        [ticket?.orderId],
      );
      await page.goto(`/${locale}/certs/${number}`);
      await expect(page.getByText(t("Detail.next.lapsed"))).toBeVisible();
      await expect(page.getByText(t("Detail.pin.gone"))).toBeVisible();
    });

    test("a URL that nobody was sent is refused", async ({ page }) => {
      await page.goto(`/${locale}/issue/${"A".repeat(64)}`);
      await expect(page.getByText(t("Issue.refused.unknown.happened"))).toBeVisible();
      await page.goto(`/${locale}/issue/${"A".repeat(64)}/download`);
      await expect(page.getByText(t("Issue.refused.unknown.happened"))).toBeVisible();
    });

    test("another member's application is not found", async ({ page }) => {
      await logIn(page, person);
      const answer = await page.goto(`/${locale}/certs/987`);
      expect(answer?.status()).toBe(404);
      await expect(page.getByRole("heading", { name: t("NotFound.title") })).toBeVisible();
      await expect(page).toHaveTitle(new RegExp(t("NotFound.title")));
      await expectAccessible(page);
    });

    test("a session that ended while a page was open leads to the login, and back", async ({ page }) => {
      await logIn(page, person);
      await endSession(page);
      await page.getByRole("button", { name: t("Dashboard.apply.client.button") }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: t("Confirm.ok") })
        .click();
      await expect(page.getByRole("heading", { name: t("Login.title") })).toBeVisible();
      await expect(page.getByText(t("Login.ended"))).toBeVisible();
      await chooseInstitution(page, person);
      await expect(page.getByText(t("Confirm.request.question"))).toBeVisible();
    });

    test("a memo typed while the login ended stays where it was typed, and is saved after a new login", async ({
      page,
      context,
    }) => {
      await logIn(page, person);
      const number = await apply(page, locale);
      await page.goto(`/${locale}/certs/${number}`);
      await expect(
        page.getByText(t("Letter.sent", { recipient: person.address, letter: t("Letter.kinds.acceptance") })),
      ).toBeVisible();
      const memo = page.getByLabel(t("Memo.label"));
      await memo.fill("実験室");
      await endSession(page);
      await page.getByRole("button", { name: t("Memo.save") }).click();
      await expect(page.getByText(t("Errors.not_signed_in"))).toBeVisible();
      await expect(memo).toHaveValue("実験室");
      const opening = context.waitForEvent("page");
      await page.locator("#memo-outcome").getByRole("link").click();
      const tab = await opening;
      await chooseInstitution(tab, person);
      await expect(tab).toHaveURL(new RegExp(`/${locale}/certs/${number}$`));
      await page.getByRole("button", { name: t("Memo.save") }).click();
      await expect(page.getByText(t("Memo.saved"))).toBeVisible();
      await expect(memo).toHaveValue("実験室");
    });

    test("a page that can no longer look for news says that it has stopped", async ({ page }) => {
      await logIn(page, person);
      const number = await apply(page, locale);
      await page.goto(`/${locale}/certs/${number}`);
      await readPin(page);
      await endSession(page);
      await expect(page.getByText(t("Watch.stopped"))).toBeVisible();
      await expectAccessible(page);
    });

    test("a member page asks for the login and comes back to where one was", async ({ page }) => {
      await page.goto(`/${locale}/certs/1`);
      await expect(page.getByRole("heading", { name: t("Login.title") })).toBeVisible();
      await expectAccessible(page);
      await chooseInstitution(page, person);
      await expect(page).toHaveURL(new RegExp(`/${locale}/certs/1$`));
    });

    test("a SAML response that was tampered with is refused, and nobody is logged in", async ({ page }) => {
      await page.route("**/api/saml/acs", async (route) => {
        const form = new URLSearchParams(route.request().postData() ?? "");
        const response = Buffer.from(form.get("SAMLResponse") ?? "", "base64").toString("utf8");
        form.set("SAMLResponse", Buffer.from(response.replace("Success", "Succe5s")).toString("base64"));
        await route.continue({ postData: form.toString() });
      });
      await toLoginPage(page, locale);
      await chooseInstitution(page, person);
      await expect(page.getByRole("heading", { name: t("LoginError.title") })).toBeVisible();
      await expectAccessible(page);
      await page.goto(`/${locale}/certs`);
      await expect(page.getByRole("heading", { name: t("Login.title") })).toBeVisible();
    });

    test("an institution that is not in the metadata is refused", async ({ page }) => {
      await page.route("**/login/start", (route) => {
        const form = new URLSearchParams(route.request().postData() ?? "");
        form.set("idp", "0".repeat(64));
        return route.continue({ postData: form.toString() });
      });
      await toLoginPage(page, locale);
      await page
        .getByRole("button", { name: t("Login.choose") })
        .first()
        .click();
      await expectLoginError(page, locale, "idp_unknown");
    });

    test("a login that is given up at the institution says so", async ({ page }) => {
      await toLoginPage(page, locale);
      const row = page
        .getByRole("listitem")
        .filter({ hasText: locale === "ja" ? "デモ高専B" : "Demo KOSEN B" });
      await row
        .getByRole("button", { name: t("Login.choose") })
        .first()
        .click();
      await page.getByRole("button", { name: t("DemoIdp.cancel") }).click();
      await expectLoginError(page, locale, "idp_login_failed");
    });

    test("a memo that is too long is refused where it was typed, and kept there", async ({ page }) => {
      await logIn(page, person);
      const number = await apply(page, locale);
      await page.goto(`/${locale}/certs/${number}`);
      const memo = page.getByLabel(t("Memo.label"));
      await memo.evaluate((field: HTMLInputElement) => field.removeAttribute("maxlength"));
      await memo.fill("花".repeat(201));
      await page.getByRole("button", { name: t("Memo.save") }).click();
      await expect(page.getByText(t("Errors.invalid_input"))).toBeVisible();
      await expect(memo).toHaveValue("花".repeat(201));
      await memo.fill("花".repeat(200));
      await page.getByRole("button", { name: t("Memo.save") }).click();
      await expect(page.getByText(t("Memo.saved"))).toBeVisible();
    });
  });
}

test("the language is the browser's, is switched on every page, and kept", async ({ browser }) => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.goto("/");
  await expect(page).toHaveURL(/\/en$/);
  await page.getByRole("link", { name: words("en")("Welcome.login") }).click();
  await expect(page.getByRole("heading", { name: words("en")("Login.title") })).toBeVisible();
  await page.getByRole("button", { name: "日本語" }).click();
  await expect(page.getByRole("heading", { name: words("ja")("Login.title") })).toBeVisible();
  await page.goto("/");
  await expect(page).toHaveURL(/\/ja$/);
  await context.close();
});

test("the same name at two institutions is two people", async ({ browser }) => {
  const owners = [];
  for (const at of ["a", "b"] as const) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await logIn(page, { locale: "ja", user: "tanaka", at });
    owners.push(await page.getByRole("banner").innerText());
    await context.close();
  }
  expect(owners[0]).toContain("田中 一郎");
  expect(owners[1]).toContain("田中 美咲");
});

test("an address cut off in the middle is not found, in plain words", async ({ page }) => {
  const answer = await page.goto("/ja/issue/%E0%A4%A");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: words("ja")("NotFound.title") })).toBeVisible();
});

test("bodies that no form of ours could send are refused at once", async ({ request }) => {
  const large = "A".repeat(2_000_000);
  const saml = await request.post("/api/saml/acs", {
    form: { SAMLResponse: large, RelayState: "x" },
    maxRedirects: 0,
  });
  expect(saml.status()).toBe(303);
  expect(saml.headers().location).toContain("/login/error?code=");
  const procedure = await request.post("/api/trpc/enrollment.saveMemo", { data: { number: 1, memo: large } });
  expect(procedure.status()).toBe(413);
});
