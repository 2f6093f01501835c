/** A member is stuck, and asks their registrar: who finds the application, opens the issuing site again, has a job go on, and cancels. */
import { triesAllowed } from "@/server/ca/local/standing.ts";
import { askDatabase } from "@/tests/support/own-database.ts";
import { words } from "@/tests/support/words.ts";
import {
  apply,
  applyForTicket,
  collect,
  dataFolder,
  expect,
  expectUsableAnywhere,
  fact,
  isAbout,
  logIn,
  mailTo,
  test,
} from "./portal.ts";

const address = "taro@a.example.ac.jp";

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);
  const deeds = (key: string) => t(`Admin.applications.deeds.${key}`);
  const one = (key: string) => t(`Admin.applications.one.${key}`);

  test(`a registrar unlocks, has a job go on, and cancels (${locale})`, async ({
    page,
    browser,
    baseURL,
    folder,
  }) => {
    const visit = { locale, user: "taro" };
    const { number, pin, url } = await applyForTicket(page, visit, address);
    await page.goto(url);
    for (let left = triesAllowed - 1; left >= 0; left--) {
      await page.getByLabel(t("Issue.pin.label")).fill("WRONGwrongWRONG2");
      await page.getByRole("button", { name: t("Issue.pin.next") }).click();
      const told =
        left === 0 ? t("Issue.refused.locked.happened") : t("Issue.pin.wrong", { triesLeft: left });
      await expect(page.getByText(told)).toBeVisible();
    }

    const registrar = await (await browser.newContext({ baseURL })).newPage();
    await logIn(registrar, { locale, user: "registrar" });
    await registrar.goto(`/${locale}/admin`);
    const title = t("Admin.overview.applications");
    await registrar.getByText(t("Admin.overview.figuresOf", { title })).click();
    await expect(registrar.getByRole("table", { name: title })).toBeVisible();
    await expectUsableAnywhere(registrar);
    await registrar.goto(`/${locale}/admin/applications`);
    await registrar.getByLabel(t("Admin.applications.find.text"), { exact: true }).fill(address);
    await registrar.getByRole("button", { name: t("Admin.applications.find.find"), exact: true }).click();
    await expect(registrar).toHaveURL(/text=/);
    await registrar.getByRole("link", { name: new RegExp(`(^|\\D)${number}(\\D|$)`) }).click();
    await expect(fact(registrar, one("fields.ticket"))).toContainText(one("ticket.locked"));
    const application = registrar.url();
    await registrar.getByRole("link", { name: deeds("unlock.open") }).click();
    await registrar.getByLabel(deeds("words")).fill("電話で本人に確認");
    await expectUsableAnywhere(registrar);
    await registrar.getByRole("button", { name: deeds("unlock.button") }).click();
    await expect(registrar.getByText(one("did.unlock")).first()).toBeVisible();

    // A run that gave up is there to be taken up again, and then follows the member to the end.
    await askDatabase(
      dataFolder(),
      `UPDATE "EngineRun" SET status = 'failed', "dueAt" = NULL, "endedAt" = now(), outcome = '{"message": "ECONNRESET"}'
       WHERE status = 'open' AND event->'data'->>'order' IN (SELECT id FROM "Order" WHERE "enrollmentId" = $1)`,
      [application.split("/").at(-1)],
    );
    await registrar.goto(`/${locale}/admin/jobs?status=failed`);
    const job = registrar
      .getByRole("row")
      .filter({ hasText: String(number) })
      .first();
    await expect(job).toContainText("ECONNRESET");
    await expectUsableAnywhere(registrar);
    await job.getByRole("button", { name: t("Admin.jobs.retry") }).click();
    await expect(registrar.getByText(t("Admin.jobs.did.retried"))).toBeVisible();
    await collect(page, locale, url, pin, folder);
    await registrar.goto(application);
    await expect(registrar.getByText(t("Status.active"), { exact: true }).first()).toBeVisible();

    const second = await apply(page, locale);
    await registrar.goto(`/${locale}/admin/applications?text=${address}`);
    await registrar.getByRole("link", { name: new RegExp(`(^|\\D)${second}(\\D|$)`) }).click();
    await registrar.getByRole("link", { name: deeds("cancel.open") }).click();
    const why = locale === "ja" ? "二重の申請" : "Applied for twice";
    await registrar.getByLabel(deeds("words")).fill(why);
    await expectUsableAnywhere(registrar);
    await registrar.getByRole("button", { name: deeds("cancel.button") }).click();
    await expect(registrar.getByText(one("did.cancel")).first()).toBeVisible();
    const mail = await mailTo(address, t("Mail.subject.cancelled"), isAbout(second));
    expect(mail.text).toContain(why);
    await registrar.context().close();
  });
}
