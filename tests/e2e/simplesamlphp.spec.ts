/** A federation signed by xmlsec1, an institution run on a real SimpleSAMLphp, and what its members live through. */
import { spawnSync } from "node:child_process";
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
import { root } from "@/tests/support/sources.ts";
import { tool } from "@/tests/support/tools.ts";
import { type Locale, words } from "@/tests/support/words.ts";

const institutions = {
  university: { ja: "見本大学", en: "Mihon University" },
  college: { ja: "見本高専", en: "Mihon KOSEN" },
};
const locales: Locale[] = ["ja", "en"];
const day = 24 * 60 * 60 * 1000;

let folder = "";
let data = "";
let idp: SimpleSamlPhp | undefined;
let settings: ConstructorParameters<typeof StartedPortal>[0];
let portal: StartedPortal | undefined;

test.beforeAll(async () => {
  // The first time, PHP and SimpleSAMLphp have to come.
  test.setTimeout(300_000);
  folder = mkdtempSync(join(tmpdir(), "portal-federation-"));
  data = join(folder, "data");
  const program = tool("xmlsec1") ? findSimpleSamlPhp(folder) : null;
  test.skip(program === null && process.env.CI !== "true", "SimpleSAMLphp is not here, nor can it come.");
  if (program === null) throw new Error("SimpleSAMLphp could not be installed.");

  const port = String(await freePort());
  idp = await openSimpleSamlPhp(program, folder, `localhost:${port}`);
  makeKey(folder, "federation");
  const aggregate = signAggregate(folder, idp.metadata, new Date(Date.now() + 10 * day));
  idp.learn("saml20-idp-remote", aggregate);
  settings = {
    PORT: port,
    DATA_DIR: data,
    FEDERATION_METADATA_URL: pathToFileURL(join(folder, "aggregate.xml")).href,
    FEDERATION_SIGNING_CERT: join(folder, "federation.crt"),
    ACCEPT_REFEDS_MFA: "true",
  };
  portal = new StartedPortal(settings);
  await portal.ready();
  idp.learn("saml20-sp-remote", await ownMetadata());
});

/** What the portal says of itself. */
async function ownMetadata(): Promise<string> {
  return (await fetch(at("/api/saml/metadata"))).text();
}

test.afterAll(async () => {
  await idp?.close();
  if (portal && portal.processes().length > 0) await portal.kill();
  rmSync(folder, { recursive: true, force: true });
});

// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to know what is asked for
test.afterEach(({}, { status, expectedStatus }) => {
  if (status !== expectedStatus) console.log(idp?.log(), portal?.said);
});

const at = (path: string) => `${portal?.baseUrl}${path}`;

type Visit = { locale?: Locale; user?: string; at?: keyof typeof institutions };

/** From the portal's list to the institution's own login page. */
async function choose(page: Page, { locale = "ja", at: institution = "university" }: Visit = {}) {
  await page.goto(at(`/${locale}/login`));
  const row = page.getByRole("listitem").filter({ hasText: institutions[institution][locale] });
  await row
    .getByRole("button", { name: words(locale)("Login.choose") })
    .first()
    .click();
  await asksForPassword(page, institution);
}

async function asksForPassword(page: Page, institution: keyof typeof institutions = "university") {
  await expect(page.locator("input[name=password]")).toBeVisible();
  expect(page.url()).toContain(`${idp?.urls[institution]}/module.php/core/loginuserpass`);
}

async function enter(page: Page, user = "hanako", password = "password"): Promise<void> {
  await page.locator("input[name=username]").fill(user);
  await page.locator("input[name=password]").fill(password);
  await page.locator("input[name=password]").press("Enter");
}

/** Through both, to the dashboard; what the institution said to the portal. */
async function logIn(page: Page, visit: Visit = {}): Promise<string> {
  await choose(page, visit);
  const saying = page.waitForRequest((request) => request.url() === at("/api/saml/acs"));
  await enter(page, visit.user);
  const form = new URLSearchParams((await saying).postData() ?? "");
  await expect(page).toHaveURL(at(`/${visit.locale ?? "ja"}/certs`));
  return Buffer.from(form.get("SAMLResponse") ?? "", "base64").toString("utf8");
}

const who = (page: Page) => page.locator("header .who b");

for (const locale of locales) {
  const name = { ja: "国立 花子", en: "Hanako Kokuritsu" }[locale];

  test(`${locale}: a member logs in by what their institution says encrypted, and is called by the name of that language`, async ({
    browser,
  }) => {
    const page = await browser.newPage({ locale: { ja: "ja-JP", en: "en-GB" }[locale] });
    const answer = await logIn(page, { locale });
    await expect(who(page)).toHaveText(name);
    await expect(page.locator("header .who small")).toHaveText(institutions.university[locale]);
    expect(answer).toContain("<saml:EncryptedAssertion");
    expect(answer).not.toContain("<saml:Assertion");
    const [hanako] = await askDatabase(
      data,
      `SELECT "subject", "displayName", "displayNameJa", "mails", "eppn" FROM "Member" WHERE "displayName" = $1`,
      ["Hanako Kokuritsu"],
    );
    expect(hanako).toEqual({
      subject: "uniqueId:0123456789abcdef@mihon.example.ac.jp",
      displayName: "Hanako Kokuritsu",
      displayNameJa: "国立 花子",
      mails: ["hanako@mihon.example.ac.jp", "kokuritsu.hanako@mihon.example.ac.jp"],
      eppn: "hanako@mihon.example.ac.jp",
    });
    await page.close();
  });
}

test("the institution answers only questions that the portal has signed", async ({ page, request }) => {
  const asking = page.waitForRequest((one) => one.url().includes("/saml2/idp/SSOService.php"));
  await choose(page);
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

test("while the portal's keys roll over, both are known to the institution, and logins go on", async ({
  page,
}) => {
  const command = ["--disable-warning=ExperimentalWarning", "bin/sp-keys.ts", "add"];
  const env = { ...process.env, DATA_DIR: data };
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, env, encoding: "utf8" });
  expect(stdout + stderr).toContain("published, not yet in use");
  const metadata = await ownMetadata();
  expect(metadata.match(/<md:KeyDescriptor use="signing"/g)).toHaveLength(2);
  idp?.learn("saml20-sp-remote", metadata);
  await logIn(page);
  await expect(who(page)).toHaveText("国立 花子");
});

test("a wrong password is answered by the institution, and the right one still logs in", async ({ page }) => {
  await choose(page);
  await enter(page, "hanako", "passwort");
  await asksForPassword(page);
  await enter(page);
  await expect(page).toHaveURL(at("/ja/certs"));
});

test("a name of another university is not believed: who has no other does not get in", async ({ page }) => {
  await choose(page);
  await enter(page, "stranger");
  const t = words("ja");
  await expect(page.getByRole("heading", { name: t("Doctor.refusedTitle") })).toBeVisible();
  await expect(page.getByText("taro@a.example.ac.jp").first()).toBeVisible();
  await expect(page.getByText("gakunin@mihon.example.ac.jp").first()).toBeVisible();
  await page.goto(at("/ja/certs"));
  await expect(page).toHaveURL(/\/ja\/login/);
  expect(await askDatabase(data, `SELECT 1 FROM "Member" WHERE "eppn" LIKE 'taro@%'`)).toEqual([]);
});

test("a name of another university is left out, and who has another gets in by that", async ({ page }) => {
  await logIn(page, { user: "taro" });
  await expect(who(page)).toHaveText("学認 太郎");
  const [taro] = await askDatabase<{ subject: string; eppn: string | null }>(
    data,
    `SELECT "subject", "eppn" FROM "Member" WHERE "displayNameJa" = '学認 太郎'`,
  );
  expect(taro?.subject).toMatch(/^targetedId:[0-9a-f]{40}$/);
  expect(taro?.eppn).toBeNull();
});

test.describe("where an institution guards applying", () => {
  const t = words("ja");

  test.beforeEach(async ({ page }) => {
    await logIn(page);
    await guard("university", ["request"]);
    await page.getByRole("button", { name: t("Dashboard.apply.client.button") }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: t("Confirm.ok") })
      .click();
    await page.getByRole("button", { name: t("Proof.aal2.button") }).click();
    // Somebody at an open browser is asked for the password too.
    await asksForPassword(page);
  });

  test.afterEach(() => guard("university", []));

  test("its member proves who they are by a second factor, and applies where they were", async ({ page }) => {
    await enter(page);
    await secondFactor(page, "確認");
    await page.getByRole("button", { name: t("Confirm.ok") }).click();
    await expect(page.getByRole("heading", { name: t("Sent.title") })).toBeVisible();
    expect(await contextOfLastLogin()).toBe("https://www.gakunin.jp/profile/AAL2");

    // For ten minutes nobody asks again.
    await page.goto(at("/ja/certs"));
    await page.getByRole("button", { name: t("Dashboard.apply.client.button") }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: t("Confirm.ok") })
      .click();
    await expect(page.getByRole("heading", { name: t("Sent.title") })).toBeVisible();
  });

  test("who has no second factor is told so, and stays logged in as they were", async ({ page }) => {
    await enter(page);
    await secondFactor(page, "使えない");
    await expect(page.getByText(t("LoginError.codes.idp_no_context.happened"))).toBeVisible();
    await page.goto(at("/ja/certs"));
    await expect(who(page)).toHaveText("国立 花子");
  });

  test("somebody else cannot prove it in their place", async ({ page }) => {
    await enter(page, "taro");
    await secondFactor(page, "確認");
    await expect(page.getByText(t("LoginError.codes.step_up_other_person.happened"))).toBeVisible();
    await page.goto(at("/ja/certs"));
    await expect(who(page)).toHaveText("国立 花子");
  });
});

test("an institution that is asked by HTTP-POST, and calls a strong login REFEDS MFA, does as well", async ({
  page,
}) => {
  const t = words("en");
  await logIn(page, { locale: "en", at: "college" });
  await expect(who(page)).toHaveText("Hanako Kosen");
  await guard("college", ["request"]);
  await page.getByRole("button", { name: t("Dashboard.apply.client.button") }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: t("Confirm.ok") })
    .click();
  await page.getByRole("button", { name: t("Proof.aal2.button") }).click();
  await asksForPassword(page, "college");
  await enter(page);
  await secondFactor(page, "確認");
  await page.getByRole("button", { name: t("Confirm.ok") }).click();
  await expect(page.getByRole("heading", { name: t("Sent.title") })).toBeVisible();
  expect(await contextOfLastLogin()).toBe("https://refeds.org/profile/mfa");
});

/** Sets the deeds before which an institution has its members prove who they are. */
async function guard(institution: keyof typeof institutions, deeds: string[]) {
  const changed = await askDatabase(
    data,
    `UPDATE "Institution" SET "aal2For" = $1 WHERE "nameJa" = $2 RETURNING 1`,
    [deeds, institutions[institution].ja],
  );
  expect(changed).toHaveLength(1);
}

async function secondFactor(page: Page, button: string) {
  await page.getByLabel("確認コード").fill("246810");
  await page.getByRole("button", { name: button }).click();
}

async function contextOfLastLogin() {
  const [last] = await askDatabase<{ authnContext: string }>(
    data,
    `SELECT "authnContext" FROM "Session" ORDER BY "createdAt" DESC LIMIT 1`,
  );
  return last?.authnContext;
}

const habits = {
  "which signs the response, and encrypts": {},
  "which encrypts nothing": { "assertion.encryption": false },
  "which encrypts the name within": { "assertion.encryption": false, "nameid.encryption": true },
  "which signs with SHA-512": { "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" },
};

test.describe("an institution", () => {
  test.afterEach(() => idp?.choose({}));

  for (const [habit, choices] of Object.entries(habits)) {
    test(`${habit} logs its member in`, async ({ page }) => {
      idp?.choose(choices);
      const answer = await logIn(page);
      expect(answer.includes("<saml:EncryptedAssertion")).toBe(!("assertion.encryption" in choices));
      await expect(who(page)).toHaveText("国立 花子");
    });
  }

  // AES-CBC alone can be changed on its way; SimpleSAMLphp 1.19 knows no other.
  test("which signs only within what it encrypts by AES-CBC is told what is missing", async ({ page }) => {
    idp?.choose({ "saml20.sign.response": false });
    await choose(page);
    await enter(page);
    await expect(page.getByText(words("ja")("LoginError.codes.unsigned.happened"))).toBeVisible();
  });
});

test("an institution is chosen at the federation's own page", async ({ page }) => {
  await portal?.interrupt();
  portal = new StartedPortal({ ...settings, DISCOVERY_SERVICE_URL: idp?.discoveryUrl ?? "" });
  await portal.ready();
  const t = words("ja");
  await page.goto(at("/ja/certs"));
  await page.getByRole("button", { name: t("Login.central.go") }).click();
  await expect(page).toHaveURL(new RegExp(`^${idp?.discoveryUrl}`));
  await page.locator('button[name^="idp_https://idp.mihon.example.ac.jp/"]').click();
  await asksForPassword(page);
  await enter(page);
  await expect(page).toHaveURL(at("/ja/certs"));
  await expect(who(page)).toHaveText("国立 花子");
});
