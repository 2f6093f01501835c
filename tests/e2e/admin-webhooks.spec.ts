/** An institution's own system is told: made, refused where it may not be, tried, and ended, in both languages. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook as Receiver } from "standardwebhooks";
import { words } from "@/tests/support/words.ts";
import { expect, expectUsableAnywhere, logIn, test } from "./portal.ts";

for (const locale of ["ja", "en"] as const) {
  const t = words(locale);
  const w = (key: string) => t(`Admin.webhooks.${key}`);

  test(`a registrar has a system of the institution told, and it knows who says so (${locale})`, async ({
    page,
  }) => {
    const heard: { headers: Record<string, string>; body: string }[] = [];
    const system = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      heard.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(parts).toString(),
      });
      response.writeHead(204).end();
    });
    await new Promise<void>((done) => system.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(system.address() as AddressInfo).port}/${locale}`;

    await logIn(page, { locale, user: "registrar" });
    await page.goto(`/${locale}/admin/webhooks`);
    await expectUsableAnywhere(page);
    await page.getByLabel(w("url")).fill("https://192.168.0.1/hook");
    await page.getByLabel(t("Admin.deed.reason")).fill("RADIUS");
    await page.getByRole("button", { name: w("make"), exact: true }).click();
    await expect(page.getByText(w("refused.not_public")).first()).toBeVisible();
    await expect(page.getByLabel(w("url"))).toHaveValue("https://192.168.0.1/hook");
    await expect(page.getByLabel(t("Admin.deed.reason"))).toHaveValue("RADIUS");
    await expectUsableAnywhere(page);

    await page.getByLabel(w("url")).fill(url);
    await page.getByRole("button", { name: w("make"), exact: true }).click();
    await expect(page.getByRole("status").filter({ hasText: w("made") })).toBeVisible();
    const secret = await page.locator(".code-block code").innerText();
    await expectUsableAnywhere(page);
    await page.getByRole("link", { name: w("open") }).click();
    await expect(page.getByRole("heading", { name: w("webhook"), exact: true, level: 1 })).toBeVisible();
    // Asked for anew: what the page before held may be kept in the browser for a while.
    await page.reload();
    expect(await page.content()).not.toContain(secret);

    await page.getByRole("button", { name: w("try") }).click();
    await expect(page.getByText(w("did.tried"))).toBeVisible();
    await expect.poll(() => heard.length, { timeout: 15_000 }).toBe(1);
    const [first] = heard;
    expect(new Receiver(secret).verify(first?.body ?? "", first?.headers ?? {})).toMatchObject({
      type: "webhook.test",
    });
    await expect(async () => {
      await page.reload();
      await expect(page.getByRole("row").last()).toContainText(w("callStates.sent"), { timeout: 1000 });
    }).toPass({ timeout: 15_000 });
    await expectUsableAnywhere(page);

    await page.getByLabel(t("Admin.deed.reason")).fill("RADIUS");
    await page.getByRole("button", { name: w("endNow") }).click();
    await expect(page.getByText(w("did.ended"))).toBeVisible();
    await expect(page.getByRole("button", { name: w("try") })).toHaveCount(0);
    await new Promise((done) => system.close(done));
  });
}
