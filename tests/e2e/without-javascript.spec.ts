/** Every step of the main job with JavaScript switched off. */
import { fetchAuthorities, openP12, openssl } from "@/tests/support/openssl.ts";
import { words } from "@/tests/support/words.ts";
import { answerIdp, collectUrlOf, expect, fact, numberIn, readPin, test } from "./portal.ts";

test.use({ javaScriptEnabled: false });

test("a member without JavaScript searches the institution, applies, notes, downloads and revokes", async ({
  page,
  folder,
}) => {
  test.slow();
  const t = words("ja");
  await page.goto("/ja/certs");
  await page.getByLabel(t("Login.search")).fill("University A");
  await page.getByRole("button", { name: t("Login.find") }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "デモ高専B" })).toHaveCount(0);
  const row = page.getByRole("listitem").filter({ hasText: "デモ大学A" });
  await row
    .getByRole("button", { name: t("Login.choose") })
    .first()
    .click();
  await answerIdp(page, "ja", "admin");
  await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
  await expect(page.getByRole("heading", { name: t("Dashboard.title") })).toBeVisible();

  await page.getByLabel(t("Dashboard.months")).first().selectOption("13");
  await page.getByRole("button", { name: t("Dashboard.apply.client.button") }).click();
  await expect(page.getByText(t("Confirm.request.question"))).toBeVisible();
  await page.getByRole("button", { name: t("Confirm.ok") }).click();
  await expect(page.getByRole("heading", { name: t("Sent.title") })).toBeVisible();

  // Reloading sends nothing again; going back and sending the same form finds the same application.
  const sent = page.url();
  await page.reload();
  await page.goBack();
  await page.getByRole("button", { name: t("Confirm.ok") }).click();
  await expect(page.getByText(t("Sent.alreadyHint"))).toBeVisible();
  expect(page.url().replace(/\?.*/, "")).toBe(sent.replace(/\?.*/, ""));

  await page.getByRole("link", { name: t("Sent.toDetail") }).click();
  await expect(async () => {
    await page.getByRole("link", { name: t("Detail.refresh") }).click();
    await expect(page.locator("code.pin")).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(fact(page, t("Detail.fields.kind"))).toContainText("13ヶ月");
  const pin = await readPin(page);
  const detail = page.url();

  await page.getByLabel(t("Memo.label")).fill("演習室");
  await page.getByRole("button", { name: t("Memo.save") }).click();
  await expect(page.getByText(t("Memo.saved"))).toBeVisible();
  await expect(page.getByLabel(t("Memo.label"))).toHaveValue("演習室");

  await page.goto(await collectUrlOf("admin@a.example.ac.jp", numberIn(detail)));
  // As typed on a phone: full-width, with a blank at its end.
  const fullWidth = pin.replaceAll(/./g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
  await page.getByLabel(t("Issue.pin.label")).fill(`${fullWidth} `);
  await page.getByRole("button", { name: t("Issue.pin.next") }).click();
  await page.getByLabel(t("Issue.download.compatible.name")).check();
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: t("Issue.download.button"), exact: true }).click();
  const path = `${folder}/${(await arriving).suggestedFilename()}`;
  await (await arriving).saveAs(path);
  expect((await openP12(folder, path, pin)).subject).toContain("CN=");
  await page.getByRole("button", { name: t("Issue.download.confirm") }).click();
  await expect(page.getByRole("heading", { name: t("Issue.done.title") })).toBeVisible();

  await page.goto(detail);
  await page.getByRole("button", { name: t("Detail.revoke") }).click();
  await page.getByLabel(t("Confirm.revoke.reasons.cessationOfOperation")).check();
  await page.getByRole("button", { name: t("Confirm.ok") }).click();
  await page.getByRole("link", { name: t("Sent.toDetail") }).click();
  await expect(async () => {
    await page.getByRole("link", { name: t("Detail.refresh") }).click();
    await expect(fact(page, t("Detail.fields.status"))).toContainText(t("Status.revoked"), { timeout: 500 });
  }).toPass();

  await page.locator("summary").click();
  await page.getByRole("button", { name: t("Site.logout"), exact: true }).click();
  await page.goto(detail);
  await expect(page.getByRole("heading", { name: t("Login.title") })).toBeVisible();
});

test("an S/MIME certificate bears the mail address, and there is one per address", async ({
  page,
  folder,
  baseURL,
}) => {
  const t = words("ja");
  const address = "admin@a.example.ac.jp";
  await page.goto("/ja/certs");
  const row = page.getByRole("listitem").filter({ hasText: "デモ大学A" });
  await row
    .getByRole("button", { name: t("Login.choose") })
    .first()
    .click();
  await answerIdp(page, "ja", "admin");
  await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
  await page.getByRole("button", { name: t("Dashboard.apply.smime.button") }).click();
  await page.getByRole("button", { name: t("Confirm.ok") }).click();
  await page.getByRole("link", { name: t("Sent.toDetail") }).click();
  await expect(async () => {
    await page.getByRole("link", { name: t("Detail.refresh") }).click();
    await expect(page.locator("code.pin")).toBeVisible({ timeout: 500 });
  }).toPass();
  const pin = await readPin(page);
  const detail = page.url();
  await page.goto("/ja/certs");
  await expect(page.getByRole("button", { name: t("Dashboard.apply.smime.button") })).toBeDisabled();

  await page.goto(await collectUrlOf(address, numberIn(detail)));
  await page.getByLabel(t("Issue.pin.label")).fill(pin);
  await page.getByRole("button", { name: t("Issue.pin.next") }).click();
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: t("Issue.download.button"), exact: true }).click();
  const path = `${folder}/${(await arriving).suggestedFilename()}`;
  await (await arriving).saveAs(path);
  const { certificate, subject } = await openP12(folder, path, pin);
  expect(subject).toContain(`CN=${address}`);
  const { root, issuer } = await fetchAuthorities(folder, baseURL ?? "", "smime");
  const chain = ["-x509_strict", "-purpose", "smimesign", "-CAfile", root, "-untrusted", issuer];
  expect(await openssl(["verify", ...chain, certificate])).toContain("OK");
  expect(await openssl(["x509", "-in", certificate, "-noout", "-email"])).toContain(address);
});
