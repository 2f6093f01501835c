/** An operator sees what there is, finds an application by whatever is known of it, and takes what was found away as a file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { words } from "@/tests/support/words.ts";
import { apply, expect, expectUsableAnywhere, fact, logIn, test } from "./portal.ts";

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);
  const find = (key: string) => t(`Admin.applications.find.${key}`);

  test(`what there is, found and exported (${locale})`, async ({ page, browser, baseURL, folder }) => {
    const member = await (await browser.newContext({ baseURL })).newPage();
    await logIn(member, { locale, user: "sakura", at: "b" });
    const number = await apply(member, locale);
    await member.goto(`/${locale}/certs/${number}`);
    const dn = await fact(member, t("Detail.fields.dn")).innerText();

    await logIn(page, { locale, user: "admin" });
    await page.goto(`/${locale}/admin`);
    await expect(page.getByRole("heading", { name: t("Admin.overview.title"), level: 1 })).toBeVisible();
    // The plots are pictures: their figures stand beside them, as numbers.
    const title = t("Admin.overview.applications");
    await page.getByText(t("Admin.overview.figuresOf", { title })).click();
    const figures = page.getByRole("table", { name: title });
    const waiting = figures
      .getByRole("row")
      .filter({ hasText: t("Status.pin_ready") })
      .first();
    await expect(waiting).toContainText(/[1-9]/);
    await expectUsableAnywhere(page);

    await page.goto(`/${locale}/admin/applications`);
    await expectUsableAnywhere(page);
    for (const known of ["sakura@b.example.ac.jp", dn]) {
      await page.getByLabel(find("text"), { exact: true }).fill(known);
      await page.getByRole("button", { name: find("find"), exact: true }).click();
      await expect(page).toHaveURL(/text=/);
      const row = page.getByRole("row").filter({ hasText: "sakura@b.example.ac.jp" });
      await expect(
        row.getByRole("link", { name: new RegExp(`(^|\\D)${number}(\\D|$)`) }).first(),
      ).toBeVisible();
      await expectUsableAnywhere(page);
    }

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: find("export.button"), exact: true }).click(),
    ]);
    const file = join(folder, "applications.csv");
    await download.saveAs(file);
    const [head, ...lines] = readFileSync(file, "utf8").trim().split("\r\n");
    expect(head).toContain(find("export.columns.eppn"));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toContain("sakura@b.example.ac.jp");

    await page.getByLabel(find("text"), { exact: true }).fill("nobody-is-called-so");
    await page.getByRole("button", { name: find("find"), exact: true }).click();
    await expect(page.getByText(find("none"))).toBeVisible();
    await member.context().close();
  });
}
