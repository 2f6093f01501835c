/** An institution asks for more than a login: what operators set, and what its members then live through. On a portal of its own. */
import type { Browser, Page } from "@playwright/test";
import { demoCode } from "@/server/federation/demo/institutions.ts";
import { openP12 } from "@/tests/support/openssl.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import { test } from "./own-portal.ts";
import {
  answerIdp,
  collect,
  collectUrlIn,
  expect,
  expectAccessible,
  expectUsable,
  fact,
  logIn,
  mailsTo,
  mailTo,
  readPin,
} from "./portal.ts";

const settingsPath = `institutions/settings?entity=${encodeURIComponent("https://idp.a.example.ac.jp/idp/shibboleth")}`;

test.describe.configure({ mode: "serial" });

type Playing = { browser: Browser; baseURL: string | undefined };

/** The operator sets what University A asks for at all five deeds: `aal2`, `ial2` or nothing. */
async function setPolicy(
  { browser, baseURL }: Playing,
  locale: Locale,
  kind: "aal2" | "ial2" | null,
): Promise<void> {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: true });
  const page = await context.newPage();
  const t = words(locale);
  await logIn(page, { locale, user: "admin" });
  await page.goto(`/${locale}/admin/${settingsPath}`);
  for (const proof of ["aal2", "ial2"] as const) {
    const boxes = page.getByRole("group", { name: t(`Admin.settings.fields.${proof}For.label`) });
    await expect(boxes).toBeVisible();
    for (const box of await boxes.getByRole("checkbox").all()) await box.setChecked(proof === kind);
  }
  await save(page, locale);
  await context.close();
}

async function save(page: Page, locale: Locale): Promise<void> {
  const t = words(locale);
  await page.getByLabel(t("Admin.settings.reason")).fill("a journey");
  await page.getByRole("button", { name: t("Admin.settings.save"), exact: true }).click();
  await expect(page.locator(".notice-title").first()).toHaveText(
    new RegExp(`^(${t("Admin.settings.saved")}|${t("Admin.settings.unchanged")})$`),
  );
}

/** Through the page that says why, and the institution's second factor. */
async function confirmIdentity(page: Page, locale: Locale, user: string): Promise<void> {
  const t = words(locale);
  await page.getByRole("button", { name: t("Proof.aal2.button") }).click();
  await answerIdp(page, locale, user);
  await page.getByLabel(t("DemoIdp.code")).fill(demoCode);
  await page.getByRole("button", { name: t("DemoIdp.confirm") }).click();
}

const people = {
  ja: { user: "hanako", address: "hanako@a.example.ac.jp" },
  en: { user: "tanaka", address: "tanaka@a.example.ac.jp" },
} as const;

for (const locale of ["ja", "en"] as const) {
  const { user, address } = people[locale];
  const t = words(locale);

  test(`with AAL2 for every deed, a member confirms, and gets the certificate (${locale})`, async ({
    page,
    browser,
    baseURL,
    folder,
  }) => {
    test.slow();
    await setPolicy({ browser, baseURL }, locale, "aal2");
    await logIn(page, { locale, user });
    await page.getByRole("button", { name: t("Dashboard.apply.client.button") }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: t("Confirm.ok") }).click();

    // Why, and at which institution; nothing was sent.
    await expect(page.getByRole("heading", { name: t("Proof.aal2.title"), level: 1 })).toBeVisible();
    await expect(page.getByText(t("Proof.notDone", { deed: t("Proof.deeds.request") }))).toBeVisible();
    await expectAccessible(page);
    await confirmIdentity(page, locale, user);

    // Back on the question, filled in: one click.
    await expect(page.getByRole("heading", { name: t("Confirm.request.title") })).toBeVisible();
    await page.getByRole("button", { name: t("Confirm.ok") }).click();
    await expect(page.getByRole("heading", { name: t("Sent.title") })).toBeVisible();

    // Ten minutes' confirmation covers the PIN.
    await page.getByRole("link", { name: t("Sent.toDetail") }).click();
    const pin = await readPin(page);
    await expect(fact(page, t("Detail.fields.pin"))).toContainText(t("Detail.pin.otherHalfHeld"));
    const told = await mailTo(address, t("Mail.subject.held"));
    expect(`${told.text}${told.html}`).not.toContain("/issue/");
    await expectAccessible(page);

    // Another browser, logged in by password alone, shows no PIN, however long it looks.
    const elsewhere = await browser.newContext({ baseURL, javaScriptEnabled: true });
    const weak = await elsewhere.newPage();
    await logIn(weak, { locale, user });
    await weak.goto(`/${locale}/certs/1`);
    await expect(weak.getByText(t("Detail.pin.guarded.aal2.title"))).toBeVisible();
    expect(await weak.content()).not.toContain(pin);
    await expectAccessible(weak);
    await confirmIdentity(weak, locale, user);
    await expect(weak).toHaveURL(/\/certs\/1#pin$/);
    expect(await readPin(weak)).toBe(pin);
    await elsewhere.close();

    // The URL goes out when its member asks for it.
    await expect(fact(page, t("Detail.fields.letters"))).toContainText(t("Detail.url.held"));
    expect((await mailsTo(address)).filter((mail) => collectUrlIn(mail) !== "")).toEqual([]);
    await page.getByRole("button", { name: t("ReleaseUrl.button") }).click();
    await expect(page.getByText(t("Detail.url.released", { mail: address }))).toBeVisible();
    const acceptance = await mailTo(address, t("Mail.subject.acceptance"));
    await expectAccessible(page);
    const p12 = await collect(page, locale, collectUrlIn(acceptance), pin, folder);
    expect((await openP12(folder, p12, pin)).subject).toContain("OU=No 1");

    await setPolicy({ browser, baseURL }, locale, null);
    await page.goto(`/${locale}/certs/1`);
    await page.getByRole("button", { name: t("Detail.renew") }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: t("Confirm.ok") })
      .click();
    await expect(page.getByRole("heading", { name: t("Sent.title") })).toBeVisible();
  });

  test(`without an identity proof a student learns what is missing and whom to ask (${locale})`, async ({
    page,
    browser,
    baseURL,
  }) => {
    await setPolicy({ browser, baseURL }, locale, "ial2");
    await logIn(page, { locale, user: "taro" });
    await page.getByRole("button", { name: t("Dashboard.apply.client.button") }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: t("Confirm.ok") })
      .click();
    await expect(page.getByRole("heading", { name: t("Proof.ial2.title"), level: 1 })).toBeVisible();
    await expect(page.getByRole("button", { name: t("Proof.aal2.button") })).toHaveCount(0);
    await expectAccessible(page);
    await page
      .getByRole("main")
      .getByRole("link", { name: t("Doctor.title") })
      .click();
    await expect(page.getByLabel(t("Doctor.letterLabel"))).toHaveValue(
      /https:\/\/www\.gakunin\.jp\/profile\/IAL2/,
    );
    const mail = "gakunin@a.example.ac.jp";
    await expect(page.getByRole("link", { name: t("Doctor.letterMail", { mail }) })).toBeVisible();
    await page.goBack();
    await page
      .getByRole("main")
      .getByRole("link", { name: t("Proof.cancel") })
      .click();
    await expect(page).toHaveURL(/\/certs$/);
    await expect(page.getByText(t("Dashboard.empty"))).toBeVisible();
    await setPolicy({ browser, baseURL }, locale, null);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  const locale = "ja";
  const t = words(locale);

  test("a revocation comes back from the second factor with its reason chosen", async ({
    page,
    browser,
    baseURL,
  }) => {
    await setPolicy({ browser, baseURL }, locale, "aal2");
    await logInPlainly(page, "hanako");
    await page.goto(`/${locale}/certs/1`);
    await page.getByRole("button", { name: t("Detail.revoke") }).click();
    await page.getByLabel(t("Confirm.revoke.reasons.superseded")).check();
    await page.getByRole("button", { name: t("Confirm.ok") }).click();
    await expect(page.getByRole("heading", { name: t("Proof.aal2.title"), level: 1 })).toBeVisible();
    await confirmIdentity(page, locale, "hanako");
    await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
    await expect(page.getByLabel(t("Confirm.revoke.reasons.superseded"))).toBeChecked();
    await page.getByRole("button", { name: t("Confirm.ok") }).click();
    await expect(page.getByRole("heading", { name: t("Sent.title") })).toBeVisible();
    await setPolicy({ browser, baseURL }, locale, null);
  });

  async function logInPlainly(page: Page, user: string) {
    await page.goto(`/${locale}/login`);
    const row = page.getByRole("listitem").filter({ hasText: "デモ大学A" });
    await row
      .getByRole("button", { name: t("Login.choose") })
      .first()
      .click();
    await answerIdp(page, locale, user);
    await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
    await expect(page).toHaveURL(/\/certs$/);
  }
});

const sizes = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);
  for (const [size, viewport] of Object.entries(sizes)) {
    test.describe(`${locale}, ${size}`, () => {
      test.use({ viewport });

      test("an operator's pages have no barrier, and nothing beside the screen", async ({ page }) => {
        // A login that fails leaves a record.
        await page.goto(`/${locale}/login`);
        await page.request.post("/api/saml/acs", { form: { SAMLResponse: "x", RelayState: "y" } });
        await logIn(page, { locale, user: "admin" });
        await page
          .locator("summary")
          .filter({ hasText: t("Site.accountMenu") })
          .click();
        await page.getByRole("link", { name: t("Site.operators") }).click();
        await expect(page.getByRole("heading", { name: t("Admin.overview.title"), level: 1 })).toBeVisible();

        const paths = ["federation", "logins", "institutions", "institutions?q=KOSEN", settingsPath];
        for (const path of paths) {
          await page.goto(`/${locale}/admin/${path}`);
          await expectUsable(page);
        }
        await page.goto(`/${locale}/admin/logins?outcome=refused`);
        await page.getByRole("main").getByRole("row").getByRole("link").first().click();
        await expect(page.getByRole("heading", { name: t("Admin.logins.detail") })).toBeVisible();
        await expect(page.getByText(t("LoginError.codes.request_unknown.happened"))).toBeVisible();
        const reference = await fact(page, t("Admin.logins.columns.reference")).innerText();
        await expectUsable(page);

        await page.goto(`/${locale}/admin/logins`);
        await page.getByLabel(t("Admin.logins.search.reference")).fill(reference.toLowerCase());
        await page.getByRole("button", { name: t("Admin.logins.search.find") }).click();
        await expect(page.getByRole("row")).toHaveCount(2);
        await expect(page.getByRole("row").last()).toContainText(reference);
      });
    });
  }

  test(`whoever is no operator finds nothing there (${locale})`, async ({ page }) => {
    const paths = ["", "/federation", "/logins", "/logins/1", "/institutions", `/${settingsPath}`];
    for (const path of paths) {
      await page.goto(`/${locale}/admin${path}`);
      await expect(page).toHaveURL(/\/login\?/);
    }
    await logIn(page, { locale, user: "hanako" });
    await expect(page.getByRole("link", { name: t("Site.operators") })).toHaveCount(0);
    for (const path of paths) {
      await page.goto(`/${locale}/admin${path}`);
      await expect(page.getByRole("heading", { name: t("NotFound.title") })).toBeVisible();
    }
  });
}

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);

  test(`who is no longer stated to be staff is to leave, unless an operator takes that back (${locale})`, async ({
    page,
    browser,
    baseURL,
  }) => {
    const operator = await (await browser.newContext({ baseURL })).newPage();
    await logIn(operator, { locale, user: "admin" });
    await operator.goto(`/${locale}/admin/${settingsPath.replace("idp.a", "idp.b")}`);
    const stated = operator.getByRole("group", { name: t("Admin.settings.fields.affiliations.label") });
    await stated.getByLabel(t("Admin.settings.choices.affiliations.staff")).check();
    await save(operator, locale);
    // A student.
    await logIn(page, { locale, user: "tanaka", at: "b" });
    await expect(page.getByText(t("Dashboard.standing.leaves"))).toBeVisible();
    await expectUsable(page);
    await operator.goto(`/${locale}/admin/offboardings`);
    await operator
      .getByRole("row")
      .filter({ hasText: t("Admin.offboardings.sources.affiliation") })
      .first()
      .getByRole("link")
      .click();
    await expectUsable(operator);
    await operator.getByRole("button", { name: t("Admin.offboardings.undoNow") }).click();
    await expect(operator.getByText(t("Admin.offboardings.did.undone"))).toBeVisible();
    await page.reload();
    await expect(page.getByText(t("Dashboard.standing.leaves"))).toHaveCount(0);
    await operator.context().close();
  });
}

test("the operator looks at the metadata now, and the page says what came of it", async ({ page }) => {
  const t = words("ja");
  await logIn(page, { locale: "ja", user: "admin" });
  await page.goto("/ja/admin/federation");
  await page.getByRole("button", { name: t("Admin.federation.lookNow") }).click();
  const outcomes = ["loaded", "unchanged", "lately"].map((result) => t(`Admin.federation.looked.${result}`));
  await expect(page.locator(".notice-title")).toHaveText(new RegExp(`^(${outcomes.join("|")})$`));
  await page.getByRole("button", { name: t("Admin.federation.lookNow") }).click();
  await expect(page.getByText(t("Admin.federation.looked.lately"))).toBeVisible();
});
