/** Which logos are shown, and what of those within the metadata is served. */
import { describe, expect, test } from "vitest";
import { imageOf, shownLogo } from "@/server/federation/discovery/logo.ts";

const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("a browser is sent to", () => {
  test.each([
    ["the institution's site", "https://a.example.ac.jp/logo.png", "https://a.example.ac.jp/logo.png"],
    ["the portal, for what is within the metadata", `data:image/png;base64,${png}`, "/login/logo/x/ja"],
    ["nothing that is not encrypted", "http://a.example.ac.jp/logo.png", null],
    ["nothing that runs", "javascript:alert(1)", null],
    ["nothing where there is none", null, null],
  ])("%s", (_, logo, shown) => {
    expect(shownLogo("x", "ja", logo)).toBe(shown);
  });
});

describe("within the metadata", () => {
  test.each([
    ["a picture", `data:image/png;base64,${png}`, "image/png"],
    [
      "a picture whose lines are broken",
      `data:image/png;base64,\n ${png.replace(/(.{20})/g, "$1\n")}`,
      "image/png",
    ],
    ["a drawing", "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'/%3E", "image/svg+xml"],
    ["a drawing that says its letters", "data:image/svg+xml;charset=utf-8,<svg/>", "image/svg+xml"],
  ])("%s is served", (_, logo, kind) => {
    expect(imageOf(logo)?.kind).toBe(kind);
    expect(imageOf(logo)?.octets.length).toBeGreaterThan(0);
  });

  test.each([
    ["a page", "data:text/html,<script>alert(1)</script>"],
    ["an unknown kind", `data:image/x-icon;base64,${png}`],
    ["nothing", "data:image/png;base64,"],
    ["a broken escape", "data:image/svg+xml,%E0%A4%A"],
    ["what is too large", `data:image/png;base64,${"A".repeat(400_000)}`],
    ["what is no data", "https://a.example.ac.jp/logo.png"],
  ])("%s is not", (_, logo) => {
    expect(imageOf(logo)).toBeNull();
  });
});
