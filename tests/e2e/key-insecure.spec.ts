/** An address without TLS that is not localhost: browsers make no keys there. */
import { launchOptions } from "@/tests/support/browser.ts";
import { openP12 } from "@/tests/support/openssl.ts";
import { words } from "@/tests/support/words.ts";
import { allowKeys, applyForTicket, download, enterPin, expect, expectAccessible, test } from "./portal.ts";

const host = "portal.example.ac.jp";
test.use({
  launchOptions: {
    ...launchOptions,
    args: [...(launchOptions.args ?? []), `--host-resolver-rules=MAP ${host} 127.0.0.1`],
  },
});

test("the server makes the key instead, where the institution allows it, and the page says so", async ({
  page,
  folder,
}) => {
  const t = words("ja");
  const ticket = await applyForTicket(page, { locale: "ja", user: "hanako" }, "hanako@a.example.ac.jp");
  const url = ticket.url.replace("localhost", host);
  await allowKeys(url, "browser");
  await enterPin(page, "ja", { ...ticket, url });
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await expect(page.getByText(t("Issue.own.incapable.forbidden"))).toBeVisible();
  await expectAccessible(page);
  await allowKeys(url, "browser", "server");
  await page.reload();
  await expect(page.getByText(t("Issue.own.incapable.server"))).toBeVisible();
  await expect(page.getByText(t("Issue.own.promise"))).toHaveCount(0);
  await expectAccessible(page);
  await openP12(folder, await download(page, t("Issue.download.button"), folder), ticket.pin);
  await expect(page.getByRole("button", { name: t("Issue.download.downloadAgain") })).toBeVisible();
  await page.getByRole("button", { name: t("Issue.download.confirm") }).click();
  await expect(page.getByRole("heading", { name: t("Issue.done.title") })).toBeVisible();
});
