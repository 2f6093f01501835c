/** What a journey is told with: a member in a browser, their mails, and the files they get. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import type { Email } from "postal-mime";
import { alone } from "@/tests/support/alone.ts";
import { collectUrlIn, mailsTo as mailsIn } from "@/tests/support/outbox.ts";
import { askDatabase } from "@/tests/support/own-database.ts";
import { type Locale, words } from "@/tests/support/words.ts";

export { expect } from "@playwright/test";
export { collectUrlIn } from "@/tests/support/outbox.ts";

const institutions = {
  a: { ja: "デモ大学A", en: "Demo University A" },
  b: { ja: "デモ高専B", en: "Demo KOSEN B" },
};

/** Of the portal that this test is at: its project says which. */
export const dataFolder = () => String(base.info().project.metadata.dataFolder);

export type Visit = { locale: Locale; user: string; at?: keyof typeof institutions };

export const test = base.extend<{ folder: string }>({
  /** A folder of the test's own. */
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to know what is asked for
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "portal-journey-"));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});

/** From the top page through the institution's own login to the dashboard. */
export async function logIn(page: Page, { locale, user, at = "a" }: Visit): Promise<void> {
  const t = words(locale);
  await page.goto(`/${locale}`);
  await page.getByRole("link", { name: t("Welcome.login") }).click();
  await chooseInstitution(page, { locale, user, at });
  await expect(page).toHaveURL(new RegExp(`/${locale}/certs$`));
}

/** From the page that lists the institutions. */
export async function chooseInstitution(page: Page, { locale, user, at = "a" }: Visit): Promise<void> {
  const t = words(locale);
  const name = institutions[at][locale];
  const row = page.getByRole("listitem").filter({ hasText: name });
  await row
    .getByRole("button", { name: t("Login.choose") })
    .first()
    .click();
  await answerIdp(page, locale, user);
}

/** At the institution's own login page. */
export async function answerIdp(
  page: Page,
  locale: Locale,
  user: string,
  password = "password",
): Promise<void> {
  const t = words(locale);
  await page.getByLabel(t("DemoIdp.user")).fill(user);
  await page.getByLabel(t("DemoIdp.password")).fill(password);
  await page.getByRole("button", { name: t("DemoIdp.login") }).click();
}

/** Applies from the dashboard; the number of the application. */
export async function apply(
  page: Page,
  locale: Locale,
  kind: "client" | "smime" = "client",
): Promise<number> {
  const t = words(locale);
  await alone(async () => {
    await page.goto(`/${locale}/certs`);
    await page.getByRole("button", { name: t(`Dashboard.apply.${kind}.button`) }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: t("Confirm.ok") })
      .click();
    await expect(page.getByRole("heading", { name: t("Sent.title") })).toBeVisible();
  });
  return numberIn(page.url());
}

/** Of the application that a page is about, by its address. */
export function numberIn(url: string): number {
  return Number(/certs\/(\d+)/.exec(url)?.[1]);
}

/** The PIN of the detail page in view, once it is there by itself. */
export async function readPin(page: Page): Promise<string> {
  const pin = page.locator("code.pin");
  await expect(pin).toBeVisible();
  return (await pin.innerText()).replaceAll(/\s/g, "");
}

/** A detail of the detail page by its name. */
export function fact(page: Page, name: string) {
  const term = page.locator("dt").getByText(name, { exact: true });
  return page.locator("dl > div").filter({ has: term }).locator("dd");
}

/** The newest mail to the address with the words in its subject that `isIt` accepts, once it has come. */
export async function mailTo(
  address: string,
  subject: string,
  isIt: (mail: Email) => boolean = () => true,
): Promise<Email> {
  const found: Email[] = [];
  await expect
    .poll(
      async () => {
        found.splice(0, found.length, ...(await mailsTo(address, subject)).filter(isIt));
        return found.length;
      },
      { message: `a mail to ${address} with "${subject}"`, timeout: 15_000 },
    )
    .toBeGreaterThan(0);
  return found.at(-1) as Email;
}

/** Every mail to the address with the words in its subject, the oldest first. */
export async function mailsTo(address: string, subject = ""): Promise<Email[]> {
  return (await mailsIn(dataFolder(), address)).filter((mail) => mail.subject?.includes(subject));
}

/** Which mails are of this application of their reader's. */
export function isAbout(number: number): (mail: Email) => boolean {
  return (mail) => new RegExp(`OU=No ${number}\\b`).test(mail.text ?? "");
}

/** 証明書取得URL of their application with this number, once its mail has come. */
export async function collectUrlOf(address: string, number: number): Promise<string> {
  return collectUrlIn(
    await mailTo(address, "", (mail) => isAbout(number)(mail) && collectUrlIn(mail) !== ""),
  );
}

export type Ticket = { number: number; pin: string; url: string };

/** An application of the member's who is to be logged in, ready to be received. */
export async function applyForTicket(page: Page, visit: Visit, address: string): Promise<Ticket> {
  await logIn(page, visit);
  const number = await apply(page, visit.locale);
  await page.goto(`/${visit.locale}/certs/${number}`);
  const pin = await readPin(page);
  return { number, pin, url: await collectUrlOf(address, number) };
}

/** What an institution that allows only these would have had the ticket say. */
export async function allowKeys(url: string, ...origins: ("browser" | "server" | "upload")[]): Promise<void> {
  await askDatabase(dataFolder(), `UPDATE "Ticket" SET "keyOrigins" = $2 WHERE hash = $1`, [
    createHash("sha256")
      .update(url.split("/").at(-1) ?? "")
      .digest(),
    origins,
  ]);
}

/** STEP1, to STEP2. */
export async function enterPin(
  page: Page,
  locale: Locale,
  { url, pin }: Pick<Ticket, "url" | "pin">,
): Promise<void> {
  const t = words(locale);
  await page.goto(url);
  await page.getByLabel(t("Issue.pin.label")).fill(pin);
  await page.getByRole("button", { name: t("Issue.pin.next") }).click();
}

/** Presses the button, and keeps the file that it brings. */
export async function download(page: Page, button: string, folder: string): Promise<string> {
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: button, exact: true }).click();
  const file = await arriving;
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

/** STEP1 to STEP3; the path of the .p12. `by`: whose key it is to be; the browser's unless the member asks for the server's. */
export async function collect(
  page: Page,
  locale: Locale,
  url: string,
  pin: string,
  folder: string,
  by: "browser" | "server" = "browser",
): Promise<string> {
  const t = words(locale);
  await enterPin(page, locale, { url, pin });
  await expect(page.getByRole("heading", { name: t("Issue.download.title") })).toBeVisible();
  if (by === "server") await page.getByText(t("Issue.own.server.summary"), { exact: true }).click();
  const button = by === "server" ? t("Issue.own.server.button") : t("Issue.download.button");
  const path = await download(page, button, folder);
  await page.getByRole("button", { name: t("Issue.download.confirm") }).click();
  await expect(page.getByRole("heading", { name: t("Issue.done.title") })).toBeVisible();
  return path;
}

/** A login at University A by buttons alone, in a browser that runs no scripts. */
export async function logInPlainly(page: Page, locale: Locale, user: string): Promise<void> {
  const t = words(locale);
  await page.goto(`/${locale}/login`);
  const name = locale === "ja" ? "デモ大学A" : "Demo University A";
  const row = page.getByRole("listitem").filter({ hasText: name });
  await row
    .getByRole("button", { name: t("Login.choose") })
    .first()
    .click();
  await answerIdp(page, locale, user);
  await page.getByRole("button", { name: t("DemoIdp.continue") }).click();
  await expect(page).toHaveURL(/\/certs$/);
}

/** No barrier that axe can find, at any of the levels of WCAG 2.2 AA. */
export async function expectAccessible(page: Page): Promise<void> {
  // React takes the last page's title away an instant before it puts the new one: whoever looks just then looks again.
  await expect(async () => {
    const { violations } = await new AxeBuilder({ page })
      // Half the time: what the other mode is for, frames of other sites, there are none of.
      .setLegacyMode()
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
      .analyze();
    const told = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
    );
    expect(told, `barriers at ${page.url()}`).toEqual([]);
  }).toPass({ timeout: 10_000 });
}

/** Nothing in anybody's way on the page as it is: no barrier, nothing beside the screen, targets a thumb can hit. */
export async function expectUsable(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectAccessible(page);
  const { over, small } = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    small: [
      ...document.querySelectorAll(
        // Of a box that is checked the label around it is the target.
        "button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), label.choice, a.button",
      ),
    ]
      .map((target) => [target.textContent ?? "", target.getBoundingClientRect().height] as const)
      .filter(([, height]) => height > 0 && height < 44),
  }));
  expect(over, `beside the screen at ${page.url()}`).toBeLessThanOrEqual(0);
  expect(small, `targets at ${page.url()}`).toEqual([]);
}

const phone = { width: 360, height: 740 };

/** Usable at a desk, and the same page on a phone. */
export async function expectUsableAnywhere(page: Page): Promise<void> {
  await expectUsable(page);
  const desk = page.viewportSize();
  await page.setViewportSize(phone);
  await expectUsable(page);
  if (desk) await page.setViewportSize(desk);
}
