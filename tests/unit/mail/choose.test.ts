import { expect, test } from "vitest";
import { pickLocale } from "@/app/outbox/pick-locale.ts";
import { framed } from "@/components/ui/framed.ts";
import { isOutboxReadable } from "@/server/mail/choose.ts";

const local = { DATA_DIR: ".data", BASE_URL: "http://localhost:3000", DEMO_FEDERATION: true };
const real = { DATA_DIR: ".data", BASE_URL: "https://portal.example.ac.jp", DEMO_FEDERATION: false };

test.each([
  ["on this machine, with nothing set", local, "localhost:3000", true],
  ["on this machine, without the demo", { ...local, DEMO_FEDERATION: false }, "localhost:3000", true],
  ["at 127.0.0.1", { ...local, BASE_URL: "http://127.0.0.1:3100" }, "127.0.0.1:3100", true],
  ["in production", real, "portal.example.ac.jp", false],
  ["in production, asked for as localhost", real, "localhost:3000", false],
  ["where Resend sends", { ...local, RESEND_API_KEY: "re_key" }, "localhost:3000", false],
  ["where SMTP sends", { ...local, SMTP_URL: "smtp://mail.example.ac.jp" }, "localhost:3000", false],
  ["asked for by a foreign name that leads to this machine", local, "evil.example.com:3000", false],
  ["asked for over the network", local, "192.168.0.10:3000", false],
  ["asked for without a name", local, null, false],
  [
    "at a host that only begins like localhost",
    { ...real, BASE_URL: "https://localhost.example.com" },
    "localhost.example.com",
    false,
  ],
])("whether everybody's mails can be read %s", (_where, settings, host, readable) => {
  expect(isOutboxReadable(settings, host)).toBe(readable);
});

test.each([
  ["", "ja"],
  ["en", "en"],
  ["en-GB,en;q=0.9,ja;q=0.8", "en"],
  ["fr,ja;q=0.5,en;q=0.7", "en"],
  ["en;q=0,ja;q=0.1", "ja"],
  ["de", "ja"],
  ["*", "ja"],
])("the browser's languages %j are answered in %s", (header, locale) =>
  expect(pickLocale(header)).toBe(locale),
);

test("a framed mail opens its links in the whole window and may load nothing", () => {
  const html = framed('<html><head data-id="x"><title>件名</title></head><body></body></html>');
  expect(html).toMatch(
    /<head data-id="x"><meta http-equiv="Content-Security-Policy" content="default-src 'none'/,
  );
  expect(html.indexOf('<base target="_top">')).toBeLessThan(html.indexOf("<title>"));
  expect(framed("<p>本文</p>")).toMatch(/^<meta http-equiv="Content-Security-Policy".*<p>本文<\/p>$/);
});
