/** What those who look after the traffic with NII's service see and do, in both languages. */
import type { Page } from "@playwright/test";
import { type Locale, words } from "@/tests/support/words.ts";
import { expect, expectUsableAnywhere, logIn, test } from "./portal.ts";
import { standIn } from "./upki-stand-in.ts";

/** Of these pages, the words by their keys. */
const wordsOf = (locale: Locale) => (key: string, values?: Record<string, string | number>) =>
  words(locale)(`Admin.upki.${key}`, values);

async function opens(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expectUsableAnywhere(page);
}

const person = { ja: "hanako", en: "tanaka" };
const name = { ja: "Hanako Kokuritsu", en: "Ichiro Tanaka" };

for (const locale of ["ja", "en"] as const) {
  test(`an operator takes in a certificate, and deals with a mail that says nothing (${locale})`, async ({
    page,
  }) => {
    test.slow();
    const t = wordsOf(locale);
    const unit = locale === "ja" ? "No 901" : "No 902";
    const mail = `${person[locale]}@a.example.ac.jp`;
    // The holder has to have logged in once.
    await logIn(page, { locale, user: person[locale] });
    await page.context().clearCookies();
    await logIn(page, { locale, user: "admin" });
    const dn = `CN=${name[locale]},OU=${unit},O=Demo University A,L=Academe,C=JP`;
    const { serial } = await standIn("/issue-unknown", { dn, mail, profile: "13" });
    await opens(page, `/${locale}/admin/upki`);

    // The list is compared as soon as the site is free.
    await page.getByRole("button", { name: t("list.compareNow") }).click();
    await expect(page.getByRole("status").filter({ hasText: t("did.list_wanted") })).toBeVisible();
    await expect
      .poll(async () => {
        await page.goto(`/${locale}/admin/upki/differences`);
        return page.getByRole("row").filter({ hasText: serial }).count();
      })
      .toBe(1);
    await opens(page, `/${locale}/admin/upki/differences`);
    await page.getByRole("checkbox", { name: new RegExp(unit) }).check();
    await page.getByRole("button", { name: t("differences.plan"), exact: true }).click();
    await expect(page.getByRole("heading", { name: t("adoption.title") })).toBeVisible();
    await expectUsableAnywhere(page);
    await expect(page.getByRole("row").filter({ hasText: serial })).toContainText(unit.slice(3));
    await page.getByRole("button", { name: t("adoption.adopt") }).click();
    await expect(page.getByText(t("did.adopted", { count: 1 }))).toBeVisible();

    // A mail that nobody signed is kept, listed with its reason, and discarded by somebody.
    await page.goto(`/${locale}/admin/upki`);
    await page.getByLabel(t("mails.files")).setInputFiles([
      {
        name: `stray-${locale}.eml`,
        mimeType: "message/rfc822",
        buffer: Buffer.from(`From: somebody@example.ac.jp\r\nSubject: stray ${locale}\r\n\r\nHello\r\n`),
      },
      { name: "large.eml", mimeType: "message/rfc822", buffer: Buffer.alloc(600 * 1024, 65) },
    ]);
    await page.getByRole("button", { name: t("mails.send") }).click();
    await expect(page.getByText(t("mails.outcomes.dead"))).toBeVisible();
    await expect(page.getByText(t("mails.outcomes.too_long"))).toBeVisible();
    await expectUsableAnywhere(page);
    await opens(page, `/${locale}/admin/upki/dead`);
    const stray = page
      .getByRole("article")
      .filter({ hasText: t("dead.reasons.not_signed") })
      .first();
    await stray.getByRole("button", { name: t("dead.retry") }).click();
    await expect(page.getByText(t("did.still_dead"))).toBeVisible();
    await stray.getByRole("link", { name: t("dead.discard") }).click();
    await expect(page).toHaveURL(/\/dead\/discard/);
    await expectUsableAnywhere(page);
    await page.getByRole("button", { name: t("dead.discardNow"), exact: true }).click();
    await expect(page.getByText(t("did.discarded"))).toBeVisible();

    // Whose certificate it is finds it among their own.
    await page.context().clearCookies();
    await logIn(page, { locale, user: person[locale] });
    await page.goto(`/${locale}/certs/${unit.slice(3)}`);
    await expect(page.getByText(serial)).toBeVisible();
    await expect(page.getByText(words(locale)("History.adopted"))).toBeVisible();
  });
}

test("for whoever is not one of them there is nothing here", async ({ page }) => {
  await logIn(page, { locale: "ja", user: "hanako" });
  for (const path of ["", "/dead", "/differences", "/differences/adopt"]) {
    const answer = await page.goto(`/ja/admin/upki${path}`);
    expect(answer?.status(), path).toBe(404);
  }
  const sent = await page.request.post("/ja/admin/upki/mails", {
    multipart: { mails: { name: "a.eml", mimeType: "message/rfc822", buffer: Buffer.from("x") } },
  });
  expect(sent.status()).toBe(403);
});
