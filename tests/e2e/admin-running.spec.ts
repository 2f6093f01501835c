/** What the portal does by itself, watched: mails and their templates, jobs and what they wait for, the CAs. */
import { words } from "@/tests/support/words.ts";
import { apply, expect, expectUsableAnywhere, logIn, mailTo, test } from "./portal.ts";

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);
  const address = "registrar@a.example.ac.jp";

  test(`a registrar follows an application through its mails and jobs (${locale})`, async ({ page }) => {
    await logIn(page, { locale, user: "registrar" });
    const number = await apply(page, locale);
    await mailTo(address, "", (mail) => Boolean(mail.text?.includes(`OU=No ${number}`)));

    await page.goto(`/${locale}/admin/letters`);
    const letter = page.getByRole("row").filter({ hasText: address }).first();
    await expect(letter).toContainText(t("Admin.letters.statuses.sent"));
    await expect(letter).toContainText(t("Letter.kinds.acceptance"));
    await expectUsableAnywhere(page);
    await page.getByLabel(t("Admin.letters.columns.status"), { exact: true }).selectOption("failed");
    await page.getByRole("button", { name: t("Admin.letters.find"), exact: true }).click();
    await expect(page).toHaveURL(/status=failed/);

    await page.goto(`/${locale}/admin/jobs?status=open`);
    const job = page
      .getByRole("row")
      .filter({ hasText: String(number) })
      .first();
    await expect(job).toContainText(t("Admin.jobs.names.carry-out-issuance"));
    await expect(job).toContainText(t("Admin.jobs.waiting.events.order_changed"));
    await expectUsableAnywhere(page);
    await job.getByRole("link", { name: new RegExp(t("Admin.jobs.cancel.title")) }).click();
    await expect(page).toHaveURL(/\/jobs\/cancel/);
    await expectUsableAnywhere(page);
    await page.getByLabel(t("Admin.deed.reason"), { exact: true }).fill("試験");
    await page.getByRole("button", { name: t("Admin.jobs.cancel.now"), exact: true }).click();
    await expect(page.getByText(t("Admin.jobs.did.cancelled"))).toBeVisible();
  });

  test(`every mail is there to look at, in both languages (${locale})`, async ({ page }) => {
    await logIn(page, { locale, user: "registrar" });
    await page.goto(`/${locale}/admin/letters/templates`);
    const other = locale === "ja" ? "en" : "ja";
    await page.getByLabel(t("Admin.letters.templates.mail"), { exact: true }).selectOption("revocation");
    await page
      .getByRole("combobox", { name: t("Admin.letters.templates.language"), exact: true })
      .selectOption(other);
    await page.getByRole("button", { name: t("Admin.letters.templates.show"), exact: true }).click();
    const subject = words(other)("Mail.subject.revocation");
    await expect(page.getByRole("heading", { level: 2, name: subject })).toBeVisible();
    const mail = page.frameLocator("iframe");
    await expect(mail.getByText(words(other)("Mail.facts.heading")).first()).toBeVisible();
    // Nothing runs within a mail, and axe is a script: the page is looked at around it.
    await page.locator("iframe").evaluateAll((frames) => {
      for (const frame of frames) frame.remove();
    });
    await expectUsableAnywhere(page);
  });

  test(`an operator sees which CA issues, and what is published of it (${locale})`, async ({ page }) => {
    await logIn(page, { locale, user: "admin" });
    await page.goto(`/${locale}/admin/ca`);
    const issuer = page.getByRole("region", {
      name: t("Admin.ca.issuer", { kind: t("Admin.ca.kinds.client"), generation: 1 }),
    });
    await expect(issuer).toContainText(t("Admin.ca.states.issues"));
    await expect(issuer).toContainText(t("Admin.ca.lists.current"));
    await expect(page.getByText("npm run ca -- renew client")).toBeVisible();
    await expectUsableAnywhere(page);
  });
}
