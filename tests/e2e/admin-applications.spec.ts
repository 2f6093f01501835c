/** A member applies where a registrar looks first: one application is declined, the next approved, and its certificate revoked. */
import type { Browser, Page } from "@playwright/test";
import { askDatabase } from "@/tests/support/own-database.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import {
  apply,
  collect,
  collectUrlIn,
  dataFolder,
  expect,
  expectUsableAnywhere,
  fact,
  isAbout,
  logIn,
  logInPlainly,
  mailTo,
  readPin,
  test,
} from "./portal.ts";

test.describe.configure({ mode: "serial" });

/** University B's S/MIME certificates, which no other journey asks for. */
const institution = "https://idp.b.example.ac.jp/idp/shibboleth";
const member = { user: "tanaka", at: "b" } as const;
const address = "tanaka@b.example.ac.jp";

const setApproval = (kinds: string) =>
  askDatabase(dataFolder(), `UPDATE "Institution" SET "approvalFor" = $2::"Kind"[] WHERE "entityId" = $1`, [
    institution,
    kinds,
  ]);

test.afterAll(() => setApproval("{}"));

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);
  /** In one language the registrar's browser runs no scripts. */
  const isScripted = locale === "ja";

  test(`declined with a reason, approved, revoked with a reason: the member reads each (${locale})`, async ({
    page,
    browser,
    baseURL,
    folder,
  }) => {
    test.slow();
    await logIn(page, { locale, ...member });
    await setApproval("{smime}");
    const declined = await apply(page, locale, "smime");
    await expect(page.getByText(t("Sent.awaitingApproval"))).toBeVisible();
    await page.goto(`/${locale}/certs`);
    await expect(page.getByText(t("Dashboard.awaitingApproval"))).toBeVisible();
    await expectUsableAnywhere(page);
    await page.goto(`/${locale}/certs/${declined}`);
    await expect(fact(page, t("Detail.fields.status"))).toContainText(t("Detail.next.awaiting_approval"));

    const registrar = await openRegistrar({ browser, baseURL }, locale);
    await chooseWaiting(registrar, t("Admin.approvals.declineChosen"));
    const no = locale === "ja" ? "学籍を確認できません" : "You are not on the roll";
    await registrar.getByLabel(t("Admin.applications.deeds.words")).fill(no);
    if (isScripted) await expectUsableAnywhere(registrar);
    await registrar.getByRole("button", { name: t("Admin.applications.deeds.decline.button") }).click();
    await expect(registrar.getByText(t("Admin.approvals.decided", { done: 1, count: 1 }))).toBeVisible();
    await expect(registrar.getByText(t("Admin.approvals.none"))).toBeVisible();
    if (isScripted) await expectUsableAnywhere(registrar);

    const mail = await mailTo(address, t("Mail.subject.declined"), isAbout(declined));
    expect(mail.text).toContain(no);
    await page.goto(`/${locale}/certs/${declined}`);
    await expect(fact(page, t("Detail.fields.status"))).toContainText(no);

    // Looked at again, and let through this time.
    const approved = await apply(page, locale, "smime");
    await chooseWaiting(registrar, t("Admin.approvals.approveChosen"));
    await registrar.getByRole("button", { name: t("Admin.applications.deeds.approve.button") }).click();
    await registrar.getByRole("link", { name: new RegExp(`${approved}\\b`) }).click();
    await expect(registrar.getByRole("heading", { level: 1 })).toContainText(String(approved));
    const application = registrar.url().split("?")[0] ?? "";

    const acceptance = await mailTo(address, t("Mail.subject.acceptance"), isAbout(approved));
    await page.goto(`/${locale}/certs/${approved}`);
    const pin = await readPin(page);
    await registrar.goto(application);
    expect(await registrar.content()).not.toContain(pin);
    expect(await registrar.content()).not.toContain(collectUrlIn(acceptance).split("/").at(-1));
    if (isScripted) await expectUsableAnywhere(registrar);

    // The mail with the URL is asked for once more.
    await registrar
      .getByRole("link", { name: t("Admin.applications.one.letters.sendAgain") })
      .first()
      .click();
    await registrar.getByRole("button", { name: t("Admin.applications.deeds.send.button") }).click();
    await expect(registrar.getByText(t("Admin.applications.one.did.send"))).toBeVisible();
    await mailTo(
      address,
      t("Mail.subject.acceptance"),
      (again) => isAbout(approved)(again) && again.messageId !== acceptance.messageId,
    );
    await collect(page, locale, collectUrlIn(acceptance), pin, folder);

    await registrar.goto(application);
    await registrar.getByRole("link", { name: t("Admin.applications.deeds.revoke.open") }).click();
    await registrar.getByLabel(t("Confirm.revoke.reasons.affiliationChanged")).check();
    const why = locale === "ja" ? "異動されました" : "You have moved";
    await registrar.getByLabel(t("Admin.applications.deeds.words")).fill(why);
    if (isScripted) await expectUsableAnywhere(registrar);
    await registrar.getByRole("button", { name: t("Admin.applications.deeds.revoke.button") }).click();
    await expect(registrar.getByText(t("Admin.applications.one.did.revoke"))).toBeVisible();
    const over = await mailTo(address, t("Mail.subject.revocation"), isAbout(approved));
    expect(over.text).toContain(t("Mail.revokedFor.who"));
    expect(over.text).toContain(why);
    await registrar.context().close();
  });
}

type Playing = { browser: Browser; baseURL: string | undefined };

async function openRegistrar({ browser, baseURL }: Playing, locale: Locale): Promise<Page> {
  const javaScriptEnabled = locale === "ja";
  const context = await browser.newContext({ baseURL, javaScriptEnabled });
  const page = await context.newPage();
  if (javaScriptEnabled) {
    await logIn(page, { locale, user: "admin" });
    return page;
  }
  await logInPlainly(page, locale, "admin");
  return page;
}

/** Ticks all that waits; the next page asks once more. */
async function chooseWaiting(page: Page, button: string): Promise<void> {
  await page.goto(`/${page.url().includes("/en/") ? "en" : "ja"}/admin/approvals`);
  await page.getByRole("checkbox").first().check();
  await page.getByRole("button", { name: button }).click();
}
