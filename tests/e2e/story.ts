/** The main job, as a member does it: from the login to the revoked certificate. Who makes the certificates is another question. */
import type { Page } from "@playwright/test";
import type { Email } from "postal-mime";
import { type Opened, openP12 } from "@/tests/support/openssl.ts";
import { words } from "@/tests/support/words.ts";
import {
  apply,
  expect,
  expectAccessible,
  fact,
  isAbout,
  logIn,
  mailTo,
  readPin,
  type Visit,
} from "./portal.ts";

export type Story = Visit & { address: string; commonName: string };

/** The issuing site of a CA, and what is to be said of its certificates. */
export type Issuing = {
  /** 発行受付通知 of the application, another one than `before`. */
  acceptance(number: number, before?: Email): Promise<Email>;
  urlIn(mail: Email): string;
  /** STEP1 to STEP3; the path of the .p12. */
  collect(url: string, pin: string): Promise<string>;
  /** What its certificate is good for. */
  use(file: { p12: string; pin: string; opened: Opened }): Promise<void>;
  /** That the world is told of the revocation. */
  revoked(certificates: readonly Opened[]): Promise<void>;
};

export async function tellStory(page: Page, folder: string, story: Story, site: Issuing): Promise<void> {
  const { locale, user, address, commonName } = story;
  const t = words(locale);
  const subject = (kind: string) => t(`Mail.subject.${kind}`);
  await logIn(page, { locale, user });
  await expectAccessible(page);

  const number = await apply(page, locale);
  await expectAccessible(page);
  await page.getByRole("link", { name: t("Sent.toDetail") }).click();
  await expect(page.getByRole("heading", { name: t("Detail.title") })).toBeVisible();

  // The PIN comes by itself, and its other half by mail.
  const pin = await readPin(page);
  expect(pin).toMatch(/^[A-Za-z0-9]{16}$/);
  await expect(fact(page, t("Detail.fields.status"))).toContainText(t("Status.pin_ready"));
  await expect(fact(page, t("Detail.fields.certificateState"))).toContainText(t("CertificateState.waiting"));
  await expect(fact(page, t("Detail.fields.serial"))).toContainText(t("Detail.serial.none"));
  const acceptance = await site.acceptance(number);
  expect(acceptance.text).not.toContain(pin);
  expect(acceptance.html ?? "").not.toContain(pin);
  await expect(fact(page, t("Detail.fields.letters"))).toContainText(
    t("Letter.sent", { recipient: address, letter: t("Letter.kinds.acceptance") }),
  );
  await expectAccessible(page);

  const p12 = await site.collect(site.urlIn(acceptance), pin);
  const opened = await openP12(folder, p12, pin);
  expect(opened.subject).toContain(`CN=${commonName},OU=No ${number}`);
  await site.use({ p12, pin, opened });

  await page.goto(`/${locale}/certs/${number}`);
  await expect(fact(page, t("Detail.fields.status"))).toContainText(t("Status.active"));
  const serial = fact(page, t("Detail.fields.serial"));
  const firstSerial = withColons(opened.serial);
  await expect(serial).toContainText(firstSerial);
  await expect(serial).toContainText(BigInt(`0x${opened.serial}`).toString());
  await mailTo(address, subject("acquisition"), isAbout(number));
  await expect(fact(page, t("Detail.fields.letters"))).toContainText(
    t("Letter.sent", { recipient: address, letter: t("Letter.kinds.acquisition") }),
  );

  // The memo is saved without losing the page's place.
  await page.getByLabel(t("Memo.label")).fill("ノートPCの接続用");
  await page.getByRole("button", { name: t("Memo.save") }).click();
  await expect(page.getByText(t("Memo.saved"))).toBeVisible();
  await page.goto(`/${locale}/certs`);
  await expect(page.getByRole("row").filter({ hasText: "ノートPCの接続用" })).toBeVisible();

  // The renewal: the old serial is shown until the new download.
  await page.goto(`/${locale}/certs/${number}`);
  await page.getByRole("button", { name: t("Detail.renew") }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: t("Confirm.ok") })
    .click();
  await page.getByRole("link", { name: t("Sent.toDetail") }).click();
  await expect(fact(page, t("Detail.fields.status"))).toContainText(t("Status.renewal_pin_ready"));
  await expect(serial).toContainText(firstSerial);
  await expect(serial).toContainText(t("Detail.serial.old"));
  const newPin = await readPin(page);
  expect(newPin).not.toBe(pin);
  const again = await site.acceptance(number, acceptance);
  const renewed = await openP12(folder, await site.collect(site.urlIn(again), newPin), newPin);
  expect(renewed.subject).toBe(opened.subject);
  await page.goto(`/${locale}/certs/${number}`);
  await expect(serial).toContainText(withColons(renewed.serial));
  await expect(serial).not.toContainText(firstSerial);
  await mailTo(address, subject("renewal"), isAbout(number));

  // The revocation: asked for with its reason, final, on the list.
  await page.getByRole("button", { name: t("Detail.revoke") }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(t("Confirm.revoke.warning"));
  await expectAccessible(page);
  await dialog.getByLabel(t("Confirm.revoke.reasons.keyCompromise")).check();
  await dialog.getByRole("button", { name: t("Confirm.ok") }).click();
  await page.getByRole("link", { name: t("Sent.toDetail") }).click();
  await expect(fact(page, t("Detail.fields.status"))).toContainText(t("Status.revoked"));
  await expect(fact(page, t("Detail.fields.certificateState"))).toContainText(t("CertificateState.revoked"));
  await expect(page.getByRole("button", { name: t("Detail.renew") })).toBeDisabled();
  await mailTo(address, subject("revocation"), isAbout(number));

  await site.revoked([opened, renewed]);
}

function withColons(hex: string): string {
  return hex.match(/../g)?.join(":") ?? hex;
}
