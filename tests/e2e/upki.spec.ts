/** The main job with NII's service as the CA: the same path through the portal, and STEP1 to STEP3 at the service's own pages. */
import { join } from "node:path";
import type { Email } from "postal-mime";
import { openssl } from "@/tests/support/openssl.ts";
import { words } from "@/tests/support/words.ts";
import {
  apply,
  dataFolder,
  expect,
  expectAccessible,
  fact,
  logIn,
  mailsTo,
  mailTo,
  readPin,
  test,
} from "./portal.ts";
import { type Story, tellStory } from "./story.ts";
import { standIn } from "./upki-stand-in.ts";

const stories: Story[] = [
  { locale: "ja", user: "hanako", address: "hanako@a.example.ac.jp", commonName: "Hanako Kokuritsu" },
  { locale: "en", user: "tanaka", address: "tanaka@a.example.ac.jp", commonName: "Ichiro Tanaka" },
];

/** The service's own mail, in both languages of its own. */
const acceptance = "クライアント証明書発行受付通知";

function urlIn(mail: Pick<Email, "text">): string {
  return /https:\/\/\S+SPEntranceCli\.jsp\?\S+/.exec(mail.text ?? "")?.[0] ?? "";
}

for (const story of stories) {
  test(`a member gets, renews and revokes a certificate of NII's service (${story.locale})`, async ({
    page,
    folder,
  }) => {
    test.slow();
    const { address } = story;
    const before = (await mailsTo(address, acceptance)).map(urlIn);
    await tellStory(page, folder, story, {
      acceptance: (_number, last) =>
        mailTo(address, acceptance, (mail) => {
          const url = urlIn(mail);
          return url !== "" && !before.includes(url) && (!last || url !== urlIn(last));
        }),
      urlIn,
      async collect(url, pin) {
        await page.goto(url);
        await page.getByLabel("アクセスPIN").fill(pin);
        await page.getByRole("button", { name: "次へ" }).click();
        const arriving = page.waitForEvent("download");
        await page.getByRole("button", { name: "ダウンロード" }).click();
        const path = join(folder, (await arriving).suggestedFilename());
        await (await arriving).saveAs(path);
        await page.getByRole("button", { name: "次へ" }).click();
        await expect(page.getByText("証明書の受け取りが完了しました。")).toBeVisible();
        return path;
      },
      async use({ opened }) {
        const ca = join(dataFolder(), "upki-site", "client-ca.pem");
        const checks = ["verify", "-purpose", "sslclient", "-CAfile", ca, opened.certificate];
        expect(await openssl(checks)).toContain("OK");
      },
      // Its lists are the service's to publish.
      async revoked([, renewed]) {
        const serial = BigInt(`0x${renewed?.serial ?? ""}`).toString();
        const { requests } = await standIn("/state");
        const of = requests.filter((request: { serial: string }) => request.serial === serial);
        expect(of.map(({ state }: { state: string }) => state)).toEqual(["revoked", "done"]);
      },
    });
  });
}

for (const locale of ["ja", "en"] as const) {
  test(`a name that the service cannot write is refused with the letters that are at fault (${locale})`, async ({
    page,
  }) => {
    const t = words(locale);
    await logIn(page, { locale, user: "taro" });
    await page.getByRole("button", { name: t("Dashboard.apply.client.button") }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: t("Confirm.ok") }).click();
    await expect(dialog.getByRole("alert")).toContainText("学認太郎");
    await expectAccessible(page);
    await page.goto(`/${locale}/certs`);
    await expect(page.getByRole("table").getByRole("row")).toHaveCount(0);
  });
}

test("what the service refuses is told in its words, and the member may go on", async ({ page }) => {
  const t = words("ja");
  await standIn("/faults", { kind: "unknown_code", text: "主体者DN,模擬の理由です。" });
  await logIn(page, { locale: "ja", user: "sakura", at: "b" });
  const refused = await apply(page, "ja");
  await page.goto(`/ja/certs/${refused}`);
  const status = fact(page, t("Detail.fields.status"));
  await expect(status).toContainText(t("Status.failed"));
  await expect(status).toContainText("模擬の理由です。");
  await expectAccessible(page);

  const number = await apply(page, "ja");
  await page.goto(`/ja/certs/${number}`);
  expect(await readPin(page)).toMatch(/^[A-Za-z0-9]{16}$/);
});
