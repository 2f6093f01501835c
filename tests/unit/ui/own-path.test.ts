import { expect, test } from "vitest";
import { ownPath } from "@/app/[locale]/own-path.ts";

test.each([
  ["/certs/7?all=1", "/certs/7?all=1"],
  ["/login?q=大学", "/login?q=%E5%A4%A7%E5%AD%A6"],
  ["/a\r\nX-Injected: 1", "/aX-Injected:%201"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/../..//evil.example", "/"],
  ["https://evil.example/", "/"],
  ["certs", "/"],
  ["", "/"],
])("the other language of %j is at %j", (text, path) => {
  expect(ownPath(text)).toBe(path);
});
