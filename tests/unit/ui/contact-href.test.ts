import { expect, test } from "vitest";
import { contactHref } from "@/components/ui/contact-href.ts";

test.each([
  ["a mail address is written to", "support@example.ac.jp", "mailto:support@example.ac.jp"],
  ["with a name before it too", "学術基盤課 <support@example.ac.jp>", "mailto:support@example.ac.jp"],
  ["a page is opened", "https://help.example.ac.jp/portal?x=1", "https://help.example.ac.jp/portal?x=1"],
  ["a telephone number is only read", "学術基盤課 (内線 1234)", null],
  ["nothing is run", "javascript:alert(1)", null],
  ["no header is added to the mail", "a@example.ac.jp?bcc=b@example.com", null],
])("whom members ask: %s", (_, contact, expected) => {
  expect(contactHref(contact)).toBe(expected);
});
