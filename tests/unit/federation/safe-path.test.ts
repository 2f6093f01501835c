import { describe, expect, test } from "vitest";
import { localeOfRequest, safePath } from "@/server/federation/login/safe-path.ts";

describe("after a login one comes back", () => {
  test.each(["/ja/certs", "/en/certs/3?x=1", "/ja/guide#windows", "/en", "/ja/login/attributes"])(
    "to the page one asked for: %s",
    (to) => {
      expect(safePath(to, "ja")).toBe(to);
    },
  );

  test.each([
    "https://stranger.example/ja/certs",
    "//stranger.example/ja",
    "/\\stranger.example/ja",
    "/ja/..//stranger.example",
    "/../../ja\\x",
    "javascript:alert(1)",
    "ja/certs",
    "/ja/certs\r\nSet-Cookie: x=y",
    "/\tja",
    "/api/auth/signout",
    "/logout",
    "/ja/login?to=/ja/login",
    "/en/login/error?code=internal",
    "/ja/login/attributes?ref=ABCD2345",
    `/ja/${"x".repeat(3000)}`,
    "",
    null,
    undefined,
  ])("and never to %j", (to) => {
    expect(safePath(to, "en")).toBe("/en/certs");
  });
});

describe("the reader's language is", () => {
  const request = (headers: Record<string, string>) => new Request("http://localhost/", { headers });
  test.each([
    ["the one of the form", { cookie: "NEXT_LOCALE=ja" }, "en", "en"],
    ["the one chosen before", { cookie: "x=1; NEXT_LOCALE=en", "accept-language": "ja" }, null, "en"],
    ["the one the browser prefers", { "accept-language": "fr;q=1, en-GB, ja" }, null, "en"],
    ["Japanese when nothing is known", {}, "xx", "ja"],
  ])("%s", (_, headers, chosen, locale) => {
    expect(localeOfRequest(request(headers as Record<string, string>), chosen)).toBe(locale);
  });
});
