/** What is set for institutions, and what their members then see: by an operator, by a registrar, and for all at once in a file. On a portal of its own. */
import { readFileSync } from "node:fs";
import { askDatabase } from "@/tests/support/own-database.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import { test } from "./own-portal.ts";
import { dataFolder, expect, expectUsableAnywhere, logIn } from "./portal.ts";

/** Of KOSEN B: what it offers others must not miss, so the portal is one of these journeys' own. */
const entityId = "https://idp.b.example.ac.jp/idp/shibboleth";
const pageOf = (locale: Locale, name: "settings" | "history") =>
  `/${locale}/admin/institutions/${name}?entity=${encodeURIComponent(entityId)}`;

// Both languages change the same institution.
test.describe.configure({ mode: "serial" });

for (const locale of ["ja", "en"] as const) {
  const all = words(locale);
  const t = (key: string, values?: Record<string, string | number>) => all(`Admin.settings.${key}`, values);

  test(`what an operator sets a member sees, and it can be taken back (${locale})`, async ({ page }) => {
    test.slow();
    const notice = `Wi-Fi ${locale}\nhttps://wifi.example.ac.jp/setup.`;
    await logIn(page, { locale, user: "sakura", at: "b" });
    await page.context().clearCookies();
    await logIn(page, { locale, user: "admin" });
    await page.goto(pageOf(locale, "settings"));
    await expectUsableAnywhere(page);
    const terms = page.getByRole("group", { name: t("fields.clientTerms.label") });
    await terms.getByLabel(t("months", { months: 13 })).check();
    await page
      .getByRole("group", { name: t("fields.kinds.label") })
      .getByLabel(all("Kind.smime"))
      .uncheck();
    await page.getByLabel(t(`fields.notice${locale === "ja" ? "Ja" : "En"}.label`)).fill(notice);
    await page.getByLabel(t("fields.undoHours.label")).fill("often");
    await page.getByLabel(t("reason")).fill(`journey ${locale}`);
    await page.getByRole("button", { name: t("save"), exact: true }).click();

    // Nothing is saved, and nothing lost.
    await expect(page.getByText(t("notSaved"))).toBeVisible();
    await expect(page.getByText(t("faults.not_a_number", { value: "often" }))).toBeVisible();
    await expect(terms.getByLabel(t("months", { months: 13 }))).toBeChecked();
    await expect(page.getByLabel(t("reason"))).toHaveValue(`journey ${locale}`);
    await expectUsableAnywhere(page);
    await page.getByLabel(t("fields.undoHours.label")).fill("24");
    await page.getByRole("button", { name: t("save"), exact: true }).click();
    await expect(page.getByText(t("saved"), { exact: true })).toBeVisible();

    await page.goto(pageOf(locale, "history"));
    await expect(page.getByText(`journey ${locale}`).first()).toBeVisible();
    await expectUsableAnywhere(page);

    await page.context().clearCookies();
    await logIn(page, { locale, user: "sakura", at: "b" });
    await expect(page.getByText(`Wi-Fi ${locale}`)).toBeVisible();
    await expect(
      page.getByRole("link", { name: "https://wifi.example.ac.jp/setup", exact: true }),
    ).toBeVisible();
    await expect(page.locator("#months-client option")).toHaveText([
      all("Dashboard.monthsOption", { months: 13 }),
    ]);
    await expect(page.getByRole("button", { name: all("Dashboard.apply.smime.button") })).toHaveCount(0);
    await expectUsableAnywhere(page);

    // Back to how it was before.
    await page.context().clearCookies();
    await logIn(page, { locale, user: "admin" });
    await page.goto(pageOf(locale, "history"));
    await page
      .getByRole("row")
      .nth(2)
      .getByRole("link", { name: t("history.restore") })
      .click();
    await expect(page.getByText(t("earlier.differs"))).toBeVisible();
    await expectUsableAnywhere(page);
    await page.getByLabel(t("reason")).fill("back");
    await page.getByRole("button", { name: t("save"), exact: true }).click();
    await expect(page.getByText(t("saved"), { exact: true })).toBeVisible();
    await expect(terms.getByLabel(t("months", { months: 13 }))).not.toBeChecked();
  });

  test(`a file shows what it would change before it does (${locale})`, async ({ page }) => {
    await logIn(page, { locale, user: "admin" });
    await page.goto(`/${locale}/admin/institutions`);
    await expectUsableAnywhere(page);
    await page.getByRole("link", { name: all("Admin.institutions.files") }).click();
    await expect(page.getByRole("heading", { name: t("files.title"), level: 1 })).toBeVisible();
    await expectUsableAnywhere(page);
    const arriving = page.waitForEvent("download");
    await page.getByRole("link", { name: t("files.export.csv") }).click();
    const file = readFileSync(await (await arriving).path(), "utf8");
    expect(file).toContain(entityId);

    const hours = locale === "ja" ? 36 : 37;
    const send = async (text: string) => {
      await page.goto(`/${locale}/admin/institutions/import`);
      await page
        .getByLabel(t("files.import.file"))
        .setInputFiles({ name: "institutions.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
      await page.getByRole("button", { name: t("files.import.send") }).click();
    };
    await send("entityId,colour\nx,red\n");
    await expect(page.getByText(t("files.faults.unknown_column", { value: "colour" }))).toBeVisible();
    await expectUsableAnywhere(page);
    await send("entityId,undoHours\nhttps://unknown.example,1\n");
    await expect(page.getByText(t("faults.unknown_institution"))).toBeVisible();
    await expect(page.getByRole("button", { name: t("plan.button", { count: 1 }) })).toHaveCount(0);
    await expectUsableAnywhere(page);
    await send(`entityId,undoHours\n${entityId},${hours}\n`);
    await expect(page.getByText(t("plan.notYet"))).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: entityId })).toContainText(String(hours));
    await expectUsableAnywhere(page);
    await page.getByLabel(t("reason")).fill(`file ${locale}`);
    await page.getByRole("button", { name: t("plan.button", { count: 1 }) }).click();
    await expect(page.getByText(t("plan.applied", { count: 1 }))).toBeVisible();
    await expectUsableAnywhere(page);
    await page.goto(pageOf(locale, "settings"));
    await expect(page.getByLabel(t("fields.undoHours.label"))).toHaveValue(String(hours));
  });

  test(`a registrar sees and changes only their own institution (${locale})`, async ({ page }) => {
    await logIn(page, { locale, user: "sakura", at: "b" });
    await askDatabase(
      dataFolder(),
      `INSERT INTO "Role" (id, "memberId", role, "institutionId", "grantedAt")
       SELECT $1, m.id, 'registrar', i.id, now() FROM "Member" m JOIN "Institution" i ON i.id = m."institutionId"
       WHERE i."entityId" = $2 AND m.eppn LIKE 'sakura@%'`,
      [`institutions-${locale}`, entityId],
    );
    await page.goto(`/${locale}/admin/institutions`);
    await expect(page.getByRole("row")).toHaveCount(2);
    await expect(page.getByRole("row").last()).toContainText(entityId);
    await expect(page.getByRole("link", { name: all("Admin.institutions.files") })).toHaveCount(0);
    await page.goto(pageOf(locale, "settings"));
    await expect(page.getByText(t("operatorsOnly")).first()).toBeVisible();
    await expect(page.getByLabel(t("fields.dnBase.label"))).toHaveCount(0);
    await expectUsableAnywhere(page);
    const elsewhere = encodeURIComponent("https://idp.a.example.ac.jp/idp/shibboleth");
    const paths = [`settings?entity=${elsewhere}`, `history?entity=${elsewhere}`, "import"];
    for (const path of paths) {
      const answer = await page.goto(`/${locale}/admin/institutions/${path}`);
      expect(answer?.status(), path).toBe(404);
    }
    await askDatabase(dataFolder(), `DELETE FROM "Role" WHERE id = $1`, [`institutions-${locale}`]);
  });
}
