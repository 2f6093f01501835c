/** A member sees who looked at their application, and says that it was not them; the registrar reads it in the audit, and takes it away as a file that proves itself. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { words } from "@/tests/support/words.ts";
import { apply, expect, expectUsableAnywhere, logIn, mailTo, test } from "./portal.ts";

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);

  test(`a member's trail, a report, and the registrar's audit (${locale})`, async ({
    page,
    browser,
    baseURL,
    folder,
  }) => {
    test.slow();
    await logIn(page, { locale, user: "taro" });
    const number = await apply(page, locale);

    const context = await browser.newContext({ baseURL, acceptDownloads: true });
    const registrar = await context.newPage();
    await logIn(registrar, { locale, user: "registrar" });
    await registrar.goto(`/${locale}/admin/applications?q=taro%40a.example.ac.jp`);
    await registrar
      .getByRole("link", { name: new RegExp(`(^|\\D)${number}(\\D|$)`) })
      .first()
      .click();
    await expect(registrar.getByRole("heading", { level: 1 })).toContainText(String(number));

    // The member sees that a registrar looked.
    await page.goto(`/${locale}/certs/${number}`);
    const trail = page.getByRole("table", { name: t("Detail.trail.title") });
    await expect(trail.getByRole("row").filter({ hasText: t("Audit.deeds.enrollment_seen") })).toContainText(
      t("Audit.roles.registrar"),
    );
    await expect(trail).toContainText(/127\.0\.0\.1|::1/);
    await page.getByRole("link", { name: t("Detail.trail.notMe") }).click();
    await expect(page.getByRole("heading", { name: t("Disown.title"), level: 1 })).toBeVisible();
    await expectUsableAnywhere(page);
    await page.getByRole("button", { name: t("Disown.button"), exact: true }).click();
    await expect(page.getByText(t("Detail.trail.done"))).toBeVisible();
    await expectUsableAnywhere(page);

    const told = await mailTo("registrar@a.example.ac.jp", t("Mail.subject.disowned"));
    expect(told.text).toContain("/admin/applications/");
    expect(told.text).not.toContain("taro");

    await registrar.goto(`/${locale}/admin/audit?deed=enrollment.disowned`);
    const entry = registrar
      .getByRole("row")
      .filter({ hasText: t("Audit.deeds.enrollment_disowned") })
      .first();
    await expect(entry).toContainText(t("Audit.roles.member"));
    await expectUsableAnywhere(registrar);

    const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo" }).format(new Date());
    await registrar.getByLabel(t("Admin.audit.export.from"), { exact: true }).fill(today);
    await registrar.getByLabel(t("Admin.audit.export.to"), { exact: true }).fill(today);
    const [download] = await Promise.all([
      registrar.waitForEvent("download"),
      registrar.getByRole("button", { name: t("Admin.audit.export.button"), exact: true }).click(),
    ]);
    const file = join(folder, "trail.jsonl");
    await download.saveAs(file);
    const { keys } = await (await fetch(new URL("/api/audit/head", baseURL))).json();
    const verify = () =>
      execFileSync(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", "bin/audit.ts", file, "--key", keys[0].publicKey],
        { encoding: "utf8", stdio: "pipe" },
      );
    expect(verify()).toContain("holds");
    const lines = readFileSync(file, "utf8");
    expect(lines).toContain('"deed":"enrollment.disowned"');
    writeFileSync(file, lines.replace('"deed":"enrollment.disowned"', '"deed":"enrollment.expired"'));
    expect(verify).toThrow(/does not hold/);
    await context.close();
  });
}
