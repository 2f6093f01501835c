import { expect, test } from "vitest";
import { checkHeaders, isAddress, parseMailbox } from "@/server/mail/address.ts";
import { letterTo } from "./letter.ts";

test.each([
  "hanako@a.example.ac.jp",
  "t.aro+upki@example.ac.jp",
  "a..b.@docomo.example.jp",
  "o'neil@example.jp",
])("%s is an address", (address) => expect(isAddress(address)).toBe(true));

test.each([
  "",
  "hanako",
  "hanako@",
  "hanako@example.ac.jp, taro@example.ac.jp",
  "hanako@example.ac.jp\r\nBcc: taro@example.ac.jp",
  "hanako@example.ac.jp\n",
  "Hanako <hanako@example.ac.jp>",
  "hanako@example.ac.jp taro@example.ac.jp",
  "hanako@-example.ac.jp",
  "hanako@example.ac.jp;taro@example.ac.jp",
])("%j is no single address", (text) => expect(isAddress(text)).toBe(false));

test.each([
  ["portal@example.ac.jp", { name: "", address: "portal@example.ac.jp" }],
  ["証明書ポータル <portal@example.ac.jp>", { name: "証明書ポータル", address: "portal@example.ac.jp" }],
  ['"UPKI, portal" <portal@example.ac.jp>', { name: "UPKI, portal", address: "portal@example.ac.jp" }],
  ["portal <portal@example.ac.jp> <taro@example.ac.jp>", null],
  ["portal\r\nBcc: taro@example.ac.jp <portal@example.ac.jp>", null],
  ["portal", null],
])("the sender %j is read as %j", (text, mailbox) => expect(parseMailbox(text)).toEqual(mailbox));

test.each([
  ["a recipient with a second header", { to: "hanako@example.ac.jp\r\nBcc: taro@example.ac.jp" }, true],
  ["two recipients", { to: "hanako@example.ac.jp,taro@example.ac.jp" }, true],
  ["a subject of two lines", { subject: "通知\r\nBcc: taro@example.ac.jp" }, true],
  ["a header of two lines", { headers: { "Content-Language": "ja\r\nBcc: taro@example.ac.jp" } }, true],
  ["a header whose name holds a line break", { headers: { "X\r\nBcc": "taro@example.ac.jp" } }, true],
  ["a Message-ID of two lines", { messageId: "<a@b>\r\nBcc: taro@example.ac.jp" }, true],
  ["a sender that is no address", { from: "portal" }, false],
])("%s is refused before it reaches a header", (_what, changes, permanent) => {
  expect(() => checkHeaders(letterTo(changes))).toThrow(
    expect.objectContaining({ name: "PostError", permanent }),
  );
});
