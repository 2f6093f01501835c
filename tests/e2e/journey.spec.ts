/** The main job, as a member does it: from the login to the revoked certificate, in both languages. */
import { fetchAuthorities, fetchCrl, openP12, openssl } from "@/tests/support/openssl.ts";
import { logInByTls } from "@/tests/support/tls-service.ts";
import { words } from "@/tests/support/words.ts";
import {
  apply,
  collect,
  collectUrlIn,
  expect,
  expectAccessible,
  fact,
  isAbout,
  logIn,
  mailsTo,
  mailTo,
  readPin,
  test,
  type Visit,
} from "./portal.ts";

/** `by`: who makes the key, for both ways go all the way. */
type Story = Visit & { address: string; commonName: string; by: "browser" | "server" };

const stories: Story[] = [
  {
    locale: "ja",
    user: "hanako",
    address: "hanako@a.example.ac.jp",
    commonName: "Hanako Kokuritsu",
    by: "browser",
  },
  { locale: "en", user: "taro", address: "taro@a.example.ac.jp", commonName: "学認 太郎", by: "server" },
];

for (const { locale, user, address, commonName, by } of stories) {
  test(`a member gets, uses, renews and revokes a certificate (${locale})`, async ({
    page,
    folder,
    baseURL,
  }) => {
    test.slow();
    const t = words(locale);
    const subject = (kind: string) => t(`Mail.subject.${kind}`);
    const portal = baseURL ?? "";
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
    await expect(fact(page, t("Detail.fields.certificateState"))).toContainText(
      t("CertificateState.waiting"),
    );
    await expect(fact(page, t("Detail.fields.serial"))).toContainText(t("Detail.serial.none"));
    const acceptance = await mailTo(address, subject("acceptance"), isAbout(number));
    expect(acceptance.text).not.toContain(pin);
    expect(acceptance.html).not.toContain(pin);
    await expect(fact(page, t("Detail.fields.letters"))).toContainText(
      t("Letter.sent", { recipient: address, letter: t("Letter.kinds.acceptance") }),
    );
    await expectAccessible(page);

    const p12 = await collect(page, locale, collectUrlIn(acceptance), pin, folder, by);
    await expectAccessible(page);
    const opened = await openP12(folder, p12, pin);
    expect(opened.subject).toContain(`CN=${commonName},OU=No ${number}`);
    const authorities = await fetchAuthorities(folder, portal, "client");
    const chain = [
      "-x509_strict",
      "-purpose",
      "sslclient",
      "-CAfile",
      authorities.root,
      "-untrusted",
      authorities.issuer,
    ];
    expect(await openssl(["verify", ...chain, opened.certificate])).toContain("OK");
    expect(await logInByTls(folder, authorities, { p12, pin })).toBe(commonName);

    await page.goto(`/${locale}/certs/${number}`);
    await expect(fact(page, t("Detail.fields.status"))).toContainText(t("Status.active"));
    const serial = fact(page, t("Detail.fields.serial"));
    const firstSerial = withColons(opened.serial);
    await expect(serial).toContainText(firstSerial);
    await expect(serial).toContainText(BigInt(`0x${opened.serial}`).toString());
    await mailTo(address, subject("acquisition"), isAbout(number));

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
    const again = await mailTo(
      address,
      subject("acceptance"),
      (mail) => isAbout(number)(mail) && collectUrlIn(mail) !== collectUrlIn(acceptance),
    );
    const renewed = await openP12(
      folder,
      await collect(page, locale, collectUrlIn(again), newPin, folder, by),
      newPin,
    );
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
    await expect(fact(page, t("Detail.fields.certificateState"))).toContainText(
      t("CertificateState.revoked"),
    );
    await expect(page.getByRole("button", { name: t("Detail.renew") })).toBeDisabled();
    await mailTo(address, subject("revocation"), isAbout(number));

    const crl = await fetchCrl(folder, portal, "client");
    const listed = await openssl(["crl", "-in", crl, "-noout", "-text"]);
    expect(listed.toLowerCase()).toContain(renewed.serial);
    expect(listed.toLowerCase()).toContain(opened.serial);
    expect(listed).toContain("Key Compromise");
    await expect(
      openssl(["verify", ...chain, "-crl_check", "-CRLfile", crl, renewed.certificate]),
    ).rejects.toThrow(/revoked/);

    const letters = (await mailsTo(address)).filter(isAbout(number));
    expect(letters.filter((mail) => collectUrlIn(mail) !== "")).toHaveLength(2);
    expect(letters).toHaveLength(5);
  });
}

function withColons(hex: string): string {
  return hex.match(/../g)?.join(":") ?? hex;
}
