/** Keys that are made in the browser: what they are, that nobody else ever has them, and every way back to them. */
import { createHash, createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { BrowserContext, Page } from "@playwright/test";
import { fetchAuthorities, openP12, openssl } from "@/tests/support/openssl.ts";
import { askDatabase } from "@/tests/support/own-database.ts";
import { type Locale, words } from "@/tests/support/words.ts";
import { applyForTicket, dataFolder, download, enterPin, expect, expectAccessible, test } from "./portal.ts";

const people = {
  ja: { visit: { locale: "ja", user: "hanako" }, address: "hanako@a.example.ac.jp" },
  en: { visit: { locale: "en", user: "taro" }, address: "taro@a.example.ac.jp" },
} as const;

function newTicket(page: Page, locale: Locale) {
  return applyForTicket(page, people[locale].visit, people[locale].address);
}

/** Everything that leaves the browser, and every word of complaint about the page's policy. */
function listen(context: BrowserContext) {
  const sent: Buffer[] = [];
  const complaints: string[] = [];
  context.on("request", (request) => {
    sent.push(Buffer.from(`${request.url()}\n${JSON.stringify(request.headers())}`));
    const body = request.postDataBuffer();
    if (body) sent.push(body);
  });
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  return { sent: () => Buffer.concat(sent), complaints };
}

/** Whether the octets, or any part of them that would give them away, are in there: as they are, in base64 or in hexadecimal. */
function holds(sent: Buffer, secret: Buffer): boolean {
  for (let at = 0; at + 24 <= secret.length; at += 8) {
    const part = secret.subarray(at, at + 24);
    const texts = [part, Buffer.from(part.toString("hex"))];
    for (const skip of [0, 1, 2]) {
      const whole = part.subarray(skip, skip + 21).toString("base64");
      texts.push(Buffer.from(whole), Buffer.from(whole.replaceAll("+", "-").replaceAll("/", "_")));
    }
    if (texts.some((text) => sent.includes(text))) return true;
  }
  return false;
}

/** What the database knows of the ticket's certificate. */
async function certificateOf(url: string): Promise<{ serial: string; keyOrigin: string }[]> {
  const hash = createHash("sha256")
    .update(url.split("/").at(-1) ?? "")
    .digest();
  return askDatabase(
    dataFolder(),
    `SELECT c.serial, c."keyOrigin" FROM "Certificate" c JOIN "Ticket" t USING ("orderId") WHERE t.hash = $1`,
    [hash],
  );
}

/** What this browser keeps, as text. */
function kept(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const opening = indexedDB.open("issuing-site", 1);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const asking = opening.result.transaction("requests").objectStore("requests").getAll();
          asking.onsuccess = () => {
            opening.result.close();
            resolve(JSON.stringify([asking.result, { ...localStorage }, { ...sessionStorage }]));
          };
        };
      }),
  );
}

/** Lets the server do what the page asks of it, and then loses the answer. */
async function loseAnswers(page: Page): Promise<{ lost: () => number; heal: () => Promise<void> }> {
  let lost = 0;
  const route = "**/issue/*/download*";
  await page.route(route, async (asked) => {
    const request = asked.request();
    if (!request.headers()["next-action"] || !request.postData()?.includes('"MII')) return asked.fallback();
    await asked.fetch();
    lost++;
    await asked.abort("connectionreset");
  });
  return { lost: () => lost, heal: () => page.unroute(route) };
}

for (const [locale, viewport] of [
  ["ja", { width: 1280, height: 900 }],
  ["en", { width: 360, height: 740 }],
] as const) {
  const t = words(locale);
  test(`the key is made in the browser, and nothing that leaves it holds the key (${locale})`, async ({
    page,
    context,
    folder,
    baseURL,
  }) => {
    test.slow();
    const ticket = await newTicket(page, locale);
    await page.setViewportSize(viewport);
    const heard = listen(context);
    await enterPin(page, locale, ticket);
    await expect(page.getByText(t("Issue.own.promise"))).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel(t("Issue.download.modern.name")).check();
    const modern = await download(page, t("Issue.download.button"), folder);
    await expect(
      page.getByText(t("Issue.download.collected", { fileName: `client-${ticket.number}.p12` })),
    ).toBeVisible();
    // On a phone it is far above the button that was pressed.
    await expect(page.getByRole("status").filter({ hasText: t("Issue.own.again") })).toBeFocused();
    await expect(page.getByText(t("Issue.own.again"))).toBeInViewport();
    await expectAccessible(page);
    const opened = await openP12(folder, modern, ticket.pin);
    expect(await certificateOf(ticket.url)).toEqual([{ serial: opened.serial, keyOrigin: "browser" }]);
    const { root, issuer } = await fetchAuthorities(folder, baseURL ?? "", "client");
    const chain = ["-x509_strict", "-purpose", "sslclient", "-CAfile", root, "-untrusted", issuer];
    expect(await openssl(["verify", ...chain, opened.certificate])).toContain("OK");
    const info = await openssl(["pkcs12", "-in", modern, "-info", "-noout", "-passin", `pass:${ticket.pin}`]);
    expect(info).toContain("AES-256-CBC");

    // The other encryption, by the browser alone: nothing is asked of the server.
    let asked = 0;
    page.on("request", (request) => {
      if (request.method() === "POST") asked++;
    });
    await page.getByLabel(t("Issue.download.compatible.name")).check();
    const compatible = await download(page, t("Issue.download.downloadAgain"), `${folder}`);
    const other = await openssl([
      "pkcs12",
      ...["-in", compatible, "-info", "-noout", "-legacy", "-passin", `pass:${ticket.pin}`],
    ]);
    expect(other).toContain("pbeWithSHA1And3-KeyTripleDES-CBC");
    expect((await openP12(folder, compatible, ticket.pin)).serial).toBe(opened.serial);
    expect(asked).toBe(0);

    const before = await kept(page);
    expect(before).toContain("sealed");
    expect(before).not.toContain(ticket.pin);
    await page.getByRole("button", { name: t("Issue.download.confirm") }).click();
    await expect(page.getByRole("heading", { name: t("Issue.done.title") })).toBeVisible();
    await expectAccessible(page);
    await expect.poll(() => kept(page)).not.toContain("sealed");

    const sent = heard.sent();
    // The search finds what was sent: the public key.
    const jwk = createPrivateKey(await readFile(opened.key)).export({ format: "jwk" });
    expect(holds(sent, Buffer.from(jwk.n ?? "", "base64url"))).toBe(true);
    for (const secret of [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi]) {
      expect(holds(sent, Buffer.from(secret ?? "", "base64url"))).toBe(false);
    }
    expect(holds(sent, (await readFile(compatible)).subarray(100))).toBe(false);
    expect(heard.complaints).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      viewport.width,
    );
  });

  test(`whatever is cut off, the same key and the same certificate come out (${locale})`, async ({
    page,
    context,
    folder,
  }) => {
    test.slow();
    const ticket = await newTicket(page, locale);
    await enterPin(page, locale, ticket);
    const line = await loseAnswers(page);
    await page.getByRole("button", { name: t("Issue.download.button"), exact: true }).click();
    await expect(page.getByText(t("Issue.own.problems.unreached.title"))).toBeVisible();
    await expectAccessible(page);
    expect(line.lost()).toBe(1);
    const made = await certificateOf(ticket.url);
    expect(made).toHaveLength(1);
    const serial = made[0]?.serial;

    // The page dies; its holder opens the mail's URL again.
    await page.close();
    const again = await context.newPage();
    await again.goto(ticket.url);
    await expect(again.getByText(t("Issue.own.issuedBefore"))).toBeVisible();
    await expectAccessible(again);
    const pin = again.getByLabel(t("Issue.pin.label"));
    await pin.fill("WRONGwrongWRONG2");
    await again.getByRole("button", { name: t("Issue.download.downloadAgain") }).click();
    await expect(again.getByText(t("Issue.own.pinWrong", { triesLeft: 9 }))).toBeVisible();
    await expect(pin).toBeFocused();
    // As copied from elsewhere: full-width, with blanks. The password is the PIN all the same.
    const fullWidth = ticket.pin.replaceAll(/./g, (letter) =>
      String.fromCharCode(letter.charCodeAt(0) + 0xfee0),
    );
    await pin.fill(` ${fullWidth.slice(0, 4)} ${fullWidth.slice(4)}`);
    const resumed = await download(again, t("Issue.download.downloadAgain"), folder);
    expect((await openP12(folder, resumed, ticket.pin)).serial).toBe(serial);

    // Days later, without the cookie: STEP1 again, and the same.
    await context.clearCookies({ name: /^issue-/ });
    await enterPin(again, locale, ticket);
    await expect(again.getByText(t("Issue.own.issuedBefore"))).toBeVisible();
    const later = await download(again, t("Issue.download.downloadAgain"), folder);
    expect((await openP12(folder, later, ticket.pin)).serial).toBe(serial);
    expect(await certificateOf(ticket.url)).toHaveLength(1);
  });

  test(`another browser is told where the key is, and leads on from the request file (${locale})`, async ({
    page,
    browser,
    folder,
  }) => {
    test.slow();
    const ticket = await newTicket(page, locale);
    const secretive = await browser.newContext({ locale });
    await secretive.addInitScript(() => {
      Object.defineProperty(window, "indexedDB", {
        get: () => {
          throw new DOMException("", "SecurityError");
        },
      });
    });
    const hidden = await secretive.newPage();
    await enterPin(hidden, locale, ticket);
    const line = await loseAnswers(hidden);
    await hidden.getByRole("button", { name: t("Issue.download.button"), exact: true }).click();
    await expect(hidden.getByText(t("Issue.own.unkept.title"))).toBeVisible();
    await expectAccessible(hidden);
    expect(await certificateOf(ticket.url)).toEqual([]);
    const file = await download(hidden, t("Issue.own.unkept.save"), folder);
    expect(await readFile(file, "utf8")).not.toContain(ticket.pin);
    await expect(hidden.getByText(t("Issue.own.problems.unreached.title"))).toBeVisible();
    await expect(hidden.getByText(t("Issue.own.problems.unkeptHint"))).toBeVisible();
    expect(line.lost()).toBe(1);
    const [made] = await certificateOf(ticket.url);

    // The page that is still open goes on with its key, and promises nothing beyond itself.
    await line.heal();
    const first = await download(hidden, t("Issue.own.unkept.skip"), folder);
    expect((await openP12(folder, first, ticket.pin)).serial).toBe(made?.serial);
    await expect(hidden.getByText(t("Issue.own.againUnkept"))).toBeVisible();
    await expectAccessible(hidden);
    await secretive.close();

    const elsewhere = await (await browser.newContext({ locale })).newPage();
    await enterPin(elsewhere, locale, ticket);
    await expect(elsewhere.getByText(t("Issue.own.gone.no_key"))).toBeVisible();
    await expectAccessible(elsewhere);
    const goOn = elsewhere.getByRole("button", { name: t("Issue.own.gone.fileButton") });
    const chosen = elsewhere.getByLabel(t("Issue.own.gone.fileLabel"), { exact: true });
    await chosen.setInputFiles({ name: "x.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await goOn.click();
    await expect(elsewhere.getByText(t("Issue.own.gone.fileWrong"))).toBeVisible();
    const whole = JSON.parse(await readFile(file, "utf8"));
    for (const [change, told] of [
      [{ ticket: "0".repeat(64) }, "fileOther"],
      [{ sealed: `AAAA${whole.sealed.slice(4)}` }, "fileUnopened"],
    ] as const) {
      const buffer = Buffer.from(JSON.stringify({ ...whole, ...change }));
      await chosen.setInputFiles({ name: "x.json", mimeType: "application/json", buffer });
      const pin = elsewhere.getByLabel(t("Issue.pin.label"));
      if (await pin.isVisible()) await pin.fill(ticket.pin);
      await goOn.click();
      await expect(elsewhere.getByText(t(`Issue.own.gone.${told}`))).toBeVisible();
    }
    await expectAccessible(elsewhere);
    await chosen.setInputFiles(file);
    const p12 = await download(elsewhere, t("Issue.own.gone.fileButton"), folder);
    expect((await openP12(folder, p12, ticket.pin)).serial).toBe(made?.serial);
    await elsewhere.context().close();
  });
}
