/** Somebody comes and leaves again: an application in their name by a list, then off-boarded by a list that is taken back, and by a program. */
import type { Browser, Page } from "@playwright/test";
import { askDatabase } from "@/tests/support/own-database.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import { dataFolder, expect, expectUsableAnywhere, logIn, logInPlainly, mailTo, test } from "./portal.ts";

test.describe.configure({ mode: "serial" });

/** Whom no other journey at University A asks for. */
const eppn = "tanaka@a.example.ac.jp";
const institution = { ja: "デモ大学A", en: "Demo University A" };

const setUndoHours = (hours: number) =>
  askDatabase(
    dataFolder(),
    `UPDATE "Institution" SET "undoHours" = $1 WHERE "nameEn" = 'Demo University A'`,
    [hours],
  );

test.afterEach(() => setUndoHours(24));

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);
  /** In one language the registrar's browser runs no scripts. */
  const isScripted = locale === "ja";

  test(`a member finds what their institution applied for, and loses it when they leave (${locale})`, async ({
    page,
    browser,
    baseURL,
    request,
  }) => {
    test.slow();
    await logIn(page, { locale, user: "tanaka" });
    const registrar = await openRegistrar(browser, baseURL, locale, isScripted);

    // 一括発行: of three lines one can be done.
    await registrar.goto(`/${locale}/admin/invitations`);
    if (isScripted) await expectUsableAnywhere(registrar);
    const rows = [
      "eppn,kind,months",
      `${eppn},client,13`,
      "x@elsewhere.example.ac.jp,client,13",
      `${eppn},client,25`,
    ];
    await give(registrar, locale, t("Admin.invitations.paste"), rows);
    await expect(registrar.getByText(t("Admin.invitations.problems.eppn_foreign"))).toBeVisible();
    await expect(registrar.getByText(t("Admin.invitations.problems.duplicate"))).toBeVisible();
    if (isScripted) await expectUsableAnywhere(registrar);
    await registrar.getByRole("button", { name: t("Admin.invitations.plan.make", { count: 1 }) }).click();
    await expect(registrar.getByText(t("Admin.invitations.did.made", { count: 1 }))).toBeVisible();
    if (isScripted) await expectUsableAnywhere(registrar);

    await page.goto(`/${locale}/certs`);
    await expect(page.getByText(t("Dashboard.standing.invited"))).toBeVisible();
    await expectUsableAnywhere(page);
    await registrar.goto(new URL(registrar.url()).pathname);
    await expect(registrar.getByRole("link", { name: /\d+$/ }).first()).toBeVisible();

    // 一括失効 by a list, which is taken back.
    await registrar.goto(`/${locale}/admin/offboardings`);
    if (isScripted) await expectUsableAnywhere(registrar);
    await give(registrar, locale, t("Admin.offboardings.paste"), [eppn, "nobody@a.example.ac.jp", eppn]);
    const unknown = { line: 2, asked: "nobody@a.example.ac.jp" };
    await expect(registrar.getByText(t("Admin.offboardings.plan.line", unknown))).toBeVisible();
    if (isScripted) await expectUsableAnywhere(registrar);
    const reason = locale === "ja" ? "退職" : "They leave";
    await registrar.getByLabel(t("Admin.deed.reason"), { exact: true }).fill(reason);
    await registrar.getByRole("checkbox").check();
    await registrar.getByRole("button", { name: t("Admin.offboardings.plan.askNow"), exact: true }).click();
    await expect(registrar.getByText(t("Admin.offboardings.did.asked"))).toBeVisible();
    if (isScripted) await expectUsableAnywhere(registrar);
    await registrar.getByRole("button", { name: t("Admin.offboardings.undoNow") }).click();
    await expect(registrar.getByText(t("Admin.offboardings.did.undone"))).toBeVisible();

    // By a program, where nothing can be taken back.
    await setUndoHours(0);
    const headers = { authorization: `Bearer ${await makeToken(registrar, locale, isScripted)}` };
    const data = { people: [eppn], reason };
    const asked = { headers, data: { ...data, dryRun: true } };
    const dry = await request.post("/api/v1/offboardings", asked);
    expect(await dry.json()).toMatchObject({ counts: { people: 1, applications: 1 } });
    const key = { ...headers, "idempotency-key": crypto.randomUUID() };
    const answer = await request.post("/api/v1/offboardings", { headers: key, data });
    expect(answer.status()).toBe(202);
    const { links } = await answer.json();
    await expect
      .poll(async () => (await (await request.get(links.self, { headers })).json()).status)
      .toBe("done");
    const mail = await mailTo(eppn, t("Mail.subject.cancelled"));
    expect(mail.text).toContain(reason);
    await page.goto(`/${locale}/certs`);
    await expect(page).toHaveURL(new RegExp(`/${locale}/login`));
    await registrar.context().close();
  });
}

async function openRegistrar(
  browser: Browser,
  baseURL: string | undefined,
  locale: Locale,
  javaScriptEnabled: boolean,
): Promise<Page> {
  const context = await browser.newContext({ baseURL, javaScriptEnabled });
  const page = await context.newPage();
  if (javaScriptEnabled) await logIn(page, { locale, user: "admin" });
  else await logInPlainly(page, locale, "admin");
  return page;
}

/** Pastes a list for University A, and goes on to what would be done. */
async function give(page: Page, locale: Locale, label: string, lines: readonly string[]): Promise<void> {
  const t = words(locale);
  await chooseInstitution(page, locale);
  await page.getByLabel(label, { exact: true }).fill(lines.join("\n"));
  await page.getByRole("button", { name: t("Admin.given.check"), exact: true }).click();
  await expect(page).toHaveURL(/\/lists\//);
}

/** An operator chooses; a registrar of one institution has nothing to. */
async function chooseInstitution(page: Page, locale: Locale): Promise<void> {
  const choice = page.getByRole("combobox", { name: words(locale)("Admin.given.institution") }).first();
  if (await choice.isVisible()) await choice.selectOption({ label: institution[locale] });
}

/** APIトークンを作成. */
async function makeToken(page: Page, locale: Locale, isScripted: boolean): Promise<string> {
  const t = words(locale);
  await page.goto(`/${locale}/admin/tokens`);
  if (isScripted) await expectUsableAnywhere(page);
  await chooseInstitution(page, locale);
  await page.getByLabel(t("Admin.tokens.name"), { exact: true }).fill("学務システム");
  await page.getByLabel(t("Admin.deed.reason"), { exact: true }).fill("x");
  await page.getByRole("button", { name: t("Admin.tokens.make"), exact: true }).click();
  await expect(page.getByText(t("Admin.tokens.made"))).toBeVisible();
  if (isScripted) await expectUsableAnywhere(page);
  return page.locator("code", { hasText: "ccp_" }).innerText();
}
