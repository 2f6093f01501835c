/** A federation signed by xmlsec1, an institution run on a real SimpleSAMLphp, and what its members live through. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { freePort } from "@/bin/free-port.ts";
import { signAggregate } from "@/tests/support/aggregate.ts";
import { askDatabase } from "@/tests/support/own-database.ts";
import { StartedPortal } from "@/tests/support/portal.ts";
import {
  findSimpleSamlPhp,
  makeKey,
  openSimpleSamlPhp,
  type SimpleSamlPhp,
} from "@/tests/support/simplesamlphp.ts";
import { tool } from "@/tests/support/tools.ts";
import { type Locale, words } from "@/tests/support/words.ts";

const university = { ja: "見本大学", en: "Mihon University" };
const locales: Locale[] = ["ja", "en"];
const day = 24 * 60 * 60 * 1000;

let folder = "";
let data = "";
let idp: SimpleSamlPhp | undefined;
let portal: StartedPortal | undefined;

test.beforeAll(async () => {
  // The first time, PHP and SimpleSAMLphp have to come.
  test.setTimeout(300_000);
  folder = mkdtempSync(join(tmpdir(), "portal-federation-"));
  data = join(folder, "data");
  const program = tool("xmlsec1") ? findSimpleSamlPhp(folder) : null;
  test.skip(program === null && process.env.CI !== "true", "SimpleSAMLphp is not here, nor can it come.");
  if (program === null) throw new Error("SimpleSAMLphp could not be installed.");

  idp = await openSimpleSamlPhp(program, folder);
  makeKey(folder, "federation");
  signAggregate(folder, idp.metadata, new Date(Date.now() + 10 * day));
  portal = new StartedPortal({
    PORT: String(await freePort()),
    DATA_DIR: data,
    FEDERATION_METADATA_URL: pathToFileURL(join(folder, "aggregate.xml")).href,
    FEDERATION_SIGNING_CERT: join(folder, "federation.crt"),
  });
  await portal.ready();
  idp.learn(await (await fetch(`${portal.baseUrl}/api/saml/metadata`)).text());
});

test.afterAll(async () => {
  if (portal && portal.processes().length > 0) await portal.kill();
  await idp?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.afterEach(async ({ browserName: _ }, { status, expectedStatus }) => {
  if (status !== expectedStatus) console.log(idp?.log(), portal?.said);
});

const at = (path: string) => `${portal?.baseUrl}${path}`;

/** From the portal's list to the institution's own login page. */
async function choose(page: Page, locale: Locale, to = `/${locale}/certs`): Promise<void> {
  await page.goto(at(`/${locale}/login?${new URLSearchParams({ to })}`));
  const row = page.getByRole("listitem").filter({ hasText: university[locale] });
  await row
    .getByRole("button", { name: words(locale)("Login.choose") })
    .first()
    .click();
  await atIdp(page);
}

async function atIdp(page: Page): Promise<void> {
  await expect(page.locator("input[name=password]")).toBeVisible();
  expect(page.url()).toContain(`${idp?.urls.university}/module.php/core/loginuserpass`);
}

/** At the institution; what it says to the portal then. */
async function enter(page: Page, user: string): Promise<string> {
  const saying = page.waitForRequest((request) => request.url() === at("/api/saml/acs"));
  await page.locator("input[name=username]").fill(user);
  await page.locator("input[name=password]").fill("password");
  await page.locator("input[name=password]").press("Enter");
  const form = new URLSearchParams((await saying).postData() ?? "");
  return Buffer.from(form.get("SAMLResponse") ?? "", "base64").toString("utf8");
}

async function logIn(page: Page, locale: Locale, user: string): Promise<string> {
  await choose(page, locale);
  const answer = await enter(page, user);
  await expect(page).toHaveURL(at(`/${locale}/certs`));
  return answer;
}

const who = (page: Page) => page.locator("header .who b");

for (const locale of locales) {
  const name = { ja: "国立 花子", en: "Hanako Kokuritsu" }[locale];

  test(`${locale}: a member logs in, and is called by the name of that language`, async ({ browser }) => {
    const page = await browser.newPage({ locale: { ja: "ja-JP", en: "en-GB" }[locale] });
    const answer = await logIn(page, locale, "hanako");
    await expect(who(page)).toHaveText(name);
    await expect(page.locator("header .who small")).toHaveText(university[locale]);
    expect(answer).toContain("<saml:EncryptedAssertion");
    expect(answer).not.toContain("<saml:Assertion");
    await page.close();
  });
}

test("what the institution says of a member is kept as it was said", async ({ page }) => {
  await logIn(page, "ja", "hanako");
  const [hanako] = await askDatabase(
    data,
    `SELECT "subject", "displayName", "displayNameJa", "mails", "eppn" FROM "Member" WHERE "eppn" = 'hanako@mihon.example.ac.jp'`,
  );
  expect(hanako).toEqual({
    subject: "uniqueId:0123456789abcdef@mihon.example.ac.jp",
    displayName: "Hanako Kokuritsu",
    displayNameJa: "国立 花子",
    mails: ["hanako@mihon.example.ac.jp", "kokuritsu.hanako@mihon.example.ac.jp"],
    eppn: "hanako@mihon.example.ac.jp",
  });
});

test("the institution answers only questions that the portal has signed", async ({ page, request }) => {
  const asking = page.waitForRequest((one) => one.url().includes("/saml2/idp/SSOService.php"));
  await choose(page, "ja");
  const question = (await asking).url();
  const altered = (change: (query: URLSearchParams) => void) => {
    const url = new URL(question);
    change(url.searchParams);
    return url.href;
  };
  const answered = async (url: string) => (await request.get(url)).text();
  expect(await answered(question)).toContain('name="password"');
  const forged = altered((query) => query.set("RelayState", "of somebody else"));
  expect(await answered(forged)).toContain("Unable to validate signature");
  const unsigned = altered((query) => ["SigAlg", "Signature"].forEach((name) => void query.delete(name)));
  expect(await answered(unsigned)).toContain("no signature found on message");
});

test("a wrong password is answered by the institution, and the right one still logs in", async ({ page }) => {
  await choose(page, "ja");
  await page.locator("input[name=username]").fill("hanako");
  await page.locator("input[name=password]").fill("passwort");
  await page.locator("input[name=password]").press("Enter");
  await atIdp(page);
  await enter(page, "hanako");
  await expect(page).toHaveURL(at("/ja/certs"));
});

test("a name of another university is not believed: who has no other does not get in", async ({ page }) => {
  await choose(page, "ja");
  await enter(page, "stranger");
  await expect(page.getByRole("heading", { name: words("ja")("LoginError.title") })).toBeVisible();
  await page.goto(at("/ja/certs"));
  await expect(page).toHaveURL(/\/ja\/login/);
  expect(await askDatabase(data, `SELECT 1 FROM "Member" WHERE "eppn" LIKE 'taro@%'`)).toEqual([]);
});

test("a name of another university is left out, and who has another gets in by that", async ({ page }) => {
  await logIn(page, "ja", "taro");
  await expect(who(page)).toHaveText("学認 太郎");
  const [taro] = await askDatabase<{ subject: string; eppn: string | null }>(
    data,
    `SELECT "subject", "eppn" FROM "Member" WHERE "displayNameJa" = '学認 太郎'`,
  );
  expect(taro?.subject).toMatch(/^targetedId:[0-9a-f]{40}$/);
  expect(taro?.eppn).toBeNull();
});

const habits = {
  "which signs the response, and encrypts": {},
  "which encrypts nothing": { "assertion.encryption": false },
  "which encrypts the name within": { "assertion.encryption": false, "nameid.encryption": true },
  "which signs with SHA-384": { "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" },
  "which signs with SHA-512": { "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" },
};

test.describe("an institution", () => {
  test.afterEach(() => idp?.choose({}));

  for (const [habit, choices] of Object.entries(habits)) {
    test(`${habit} logs its member in`, async ({ page }) => {
      idp?.choose(choices);
      const answer = await logIn(page, "ja", "hanako");
      expect(answer.includes("<saml:EncryptedAssertion")).toBe(!("assertion.encryption" in choices));
      await expect(who(page)).toHaveText("国立 花子");
    });
  }

  // AES-CBC alone can be changed on its way; SimpleSAMLphp 1.19 knows no other.
  test("which signs only within what it encrypts by AES-CBC is told what is missing", async ({ page }) => {
    idp?.choose({ "saml20.sign.response": false });
    await choose(page, "ja");
    await enter(page, "hanako");
    await expect(page.getByText(words("ja")("LoginError.codes.unsigned.happened"))).toBeVisible();
  });
});
