/** Every screen that anybody can open: without barriers, in both languages, on a desk and on a phone. */
import { words } from "@/tests/support/words.ts";
import { expect, expectUsable, test } from "./portal.ts";

const pages = [
  "",
  "/login",
  "/login/error?code=expired&ref=ABCD2345",
  "/login/attributes",
  "/guide",
  "/privacy",
  "/guide/windows",
  "/guide/macos",
  "/guide/ios",
  "/guide/android",
  "/guide/linux",
  "/guide/rewrap",
  "/nothing-here",
];
const sizes = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };

for (const locale of ["ja", "en"] as const) {
  for (const [name, viewport] of Object.entries(sizes)) {
    test.describe(`${locale}, ${name}`, () => {
      test.use({ viewport });

      test("no barrier, nothing beside the screen, and targets a thumb can hit", async ({ page }) => {
        for (const path of pages) {
          await page.goto(`/${locale}${path}`);
          await expect(page.locator("html")).toHaveAttribute("lang", locale);
          await expectUsable(page);
        }
      });
    });
  }

  test(`the institution is found by its other language too (${locale})`, async ({ page }) => {
    const t = words(locale);
    await page.goto(`/${locale}/login`);
    const institutions = page.getByRole("listitem").filter({ has: page.getByRole("button") });
    for (const [typed, found] of [
      ["KOSEN", locale === "ja" ? "デモ高専B" : "Demo KOSEN B"],
      ["デモ大学", locale === "ja" ? "デモ大学A" : "Demo University A"],
    ] as const) {
      await page.getByLabel(t("Login.search")).fill(typed);
      await expect(institutions).toHaveCount(1);
      await expect(institutions).toContainText(found);
    }
  });
}
