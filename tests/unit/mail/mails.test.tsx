/** What the mails say, by meaning, in both languages, as HTML and as text. */
import { createElement, type ReactElement } from "react";
import { describe, expect, test } from "vitest";
import Acceptance from "@/emails/acceptance.tsx";
import Acquisition from "@/emails/acquisition.tsx";
import Approvals from "@/emails/approvals.tsx";
import Held from "@/emails/held.tsx";
import Locked from "@/emails/locked.tsx";
import Reminder from "@/emails/reminder.tsx";
import { renderMail } from "@/emails/render.tsx";
import Renewal from "@/emails/renewal.tsx";
import Revocation from "@/emails/revocation.tsx";
import TurnedDown from "@/emails/turned-down.tsx";
import { type MailLocale, subjectOf } from "@/emails/words.ts";

const inLocale = (locale: MailLocale) => ({
  acceptance: createElement(Acceptance, { ...Acceptance.PreviewProps, locale }),
  acquisition: createElement(Acquisition, { ...Acquisition.PreviewProps, locale }),
  renewal: createElement(Renewal, { ...Renewal.PreviewProps, locale }),
  revocation: createElement(Revocation, { ...Revocation.PreviewProps, locale }),
  held: createElement(Held, { ...Held.PreviewProps, locale }),
  locked: createElement(Locked, { ...Locked.PreviewProps, locale }),
  reminder: createElement(Reminder, { ...Reminder.PreviewProps, locale }),
  declined: createElement(TurnedDown, { ...TurnedDown.PreviewProps, locale }),
  cancelled: createElement(TurnedDown, { ...TurnedDown.PreviewProps, locale, how: "cancelled" }),
});

const all = (["ja", "en"] as const).flatMap((locale) =>
  Object.entries(inLocale(locale)).map(([mail, element]) => ({
    locale,
    mail,
    element: element as ReactElement,
  })),
);

describe.each(all)("$mail in $locale", ({ locale, element }) => {
  test("states its language, has a title and no picture, script or style sheet from outside", async () => {
    const { html } = await renderMail(element);
    expect(html).toMatch(new RegExp(`<html[^>]* lang="${locale}"`));
    expect(new Set(html.match(/ lang="[^"]*"/g))).toEqual(new Set([` lang="${locale}"`]));
    expect(html.match(/<title>[^<]*/g)).toEqual([expect.stringContaining("<title>[UPKI] ")]);
    expect(html).not.toMatch(/<img|<script|<link|@import|url\(/);
  });

  test("greets the reader, names the application and its DN, links to its page and says whom to ask", async () => {
    const { html, text } = await renderMail(element);
    for (const part of [html, text]) {
      expect(part).toContain("国立 花子");
      expect(part).toContain("OU=No 11");
      expect(part).toContain("https://portal.example.ac.jp/ja/certs/11");
      expect(part).toContain("support@example.ac.jp");
    }
    expect(html).toContain('href="https://portal.example.ac.jp/ja/certs/11"');
  });

  test("leaves no message unresolved and no markup in the text", async () => {
    const { html, text } = await renderMail(element);
    expect(`${html}${text}`).not.toMatch(/Mail\.[a-z]|\bundefined\b|\bnull\b|\{[a-z]+\}/);
    expect(text).not.toMatch(/<\/?[a-z]|&[a-z]+;/);
  });
});

test("subjects are those the members of the service know", () => {
  expect(subjectOf("acceptance", "ja")).toBe("[UPKI] クライアント証明書発行受付通知");
  expect(subjectOf("acquisition", "ja")).toBe("[UPKI] クライアント証明書取得通知");
  expect(subjectOf("renewal", "ja")).toBe("[UPKI] クライアント証明書更新通知");
  expect(subjectOf("revocation", "ja")).toBe("[UPKI] クライアント証明書失効完了通知");
});

describe("the acceptance mail", () => {
  const { collectUrl } = Acceptance.PreviewProps;

  test.each(["ja", "en"] as const)(
    "holds the download URL whole, on a line of its own (%s)",
    async (locale) => {
      const { html, text } = await renderMail(inLocale(locale).acceptance);
      expect(text.split("\n")).toContain(collectUrl);
      expect(html).toContain(`href="${collectUrl}"`);
    },
  );

  test.each([
    ["ja", "PIN番号は安全のため、このメールには記載していません", "2026年12月22日 17:36(日本時間)"],
    ["en", "the PIN is not in this email", "22 December 2026 at 17:36 (Japan time)"],
  ] as const)("says where the PIN is and until when the URL can be used (%s)", async (locale, pin, until) => {
    const { text } = await renderMail(inLocale(locale).acceptance);
    expect(text).toContain(pin);
    expect(text).toContain(until);
  });

  test("of a renewal says that the present certificate stays usable", async () => {
    const props = { ...Acceptance.PreviewProps, renewal: true };
    const { text } = await renderMail(createElement(Acceptance, props));
    expect(text).toContain("今の証明書はそのまま使えます");
    const first = await renderMail(inLocale("ja").acceptance);
    expect(first.text).not.toContain("今の証明書はそのまま使えます");
  });

  test("names an S/MIME certificate by its own name", async () => {
    const props = { ...Acceptance.PreviewProps, kind: "smime" as const };
    const { text } = await renderMail(createElement(Acceptance, props));
    expect(text).toContain("2) S/MIME証明書の取得");
    expect(text).not.toContain("クライアント証明書の取得");
  });

  test("starts each Japanese sentence on a new line of the text", async () => {
    const { text } = await renderMail(inLocale("ja").acceptance);
    expect(text.split("\n").filter((line) => /。./.test(line))).toEqual([]);
  });
});

describe("the mails after a download", () => {
  test.each([
    ["ja", "不正発行が疑われます"],
    ["en", "by fraud"],
  ] as const)("tell one who did not download to suspect fraud (%s)", async (locale, warning) => {
    const mails = inLocale(locale);
    expect((await renderMail(mails.acquisition)).text).toContain(warning);
    expect((await renderMail(mails.renewal)).text).toContain(warning);
  });

  test("show serial numbers in both notations, and the validity", async () => {
    const { text } = await renderMail(inLocale("ja").renewal);
    const { serial, oldSerial } = Renewal.PreviewProps;
    for (const { hex, decimal } of [serial, oldSerial]) {
      expect(text).toContain(`16進数: ${hex}`);
      expect(text).toContain(`10進数: ${decimal}`);
    }
    expect(text).toContain("終了: 2031年3月22日 17:40(日本時間)");
  });
});

type Kind = "client" | "smime";

test.each([
  ["renewal", (kind: Kind) => createElement(Renewal, { ...Renewal.PreviewProps, kind })],
  ["revocation", (kind: Kind) => createElement(Revocation, { ...Revocation.PreviewProps, kind })],
] as const)(
  "the %s mail has an S/MIME certificate kept: older mail is read with nothing else",
  async (_, of) => {
    expect((await renderMail(of("smime"))).text).toContain("削除せずに残してください");
    expect((await renderMail(of("client"))).text).toContain("機器から削除してください");
  },
);

test("the revocation mail gives time and reason, and says that it is final", async () => {
  const { text } = await renderMail(inLocale("ja").revocation);
  expect(text).toContain("2027年4月1日 9:15(日本時間)");
  expect(text).toContain("機器やPIN番号をなくした");
  expect(text).toContain("元に戻すことができません");
});

test.each(["ja", "en"] as const)("a registrar's no is told with the reason (%s)", async (locale) => {
  const mails = inLocale(locale);
  const [declined, cancelled] = [await renderMail(mails.declined), await renderMail(mails.cancelled)];
  for (const { text } of [declined, cancelled]) expect(text).toContain(TurnedDown.PreviewProps.reason);
  expect(declined.text).not.toBe(cancelled.text);
});

test("the revocation mail says that the institution did it, and in what words, where it did", async () => {
  const props = { ...Revocation.PreviewProps, words: "退職されました" };
  const { text } = await renderMail(createElement(Revocation, props));
  expect(text).toContain("所属機関の登録担当者が行いました");
  expect(text).toContain("退職されました");
  expect(text).not.toContain("失効申請をした覚えがない場合");
  expect((await renderMail(inLocale("ja").revocation)).text).not.toContain("登録担当者が行いました");
});

test.each([
  ["ja", 3, "3件あります"],
  ["en", 3, "3 applications are waiting"],
  ["en", 1, "1 application is waiting"],
] as const)(
  "the registrars' reminder says how many wait, and where (%s, %d)",
  async (locale, count, words) => {
    const { html, text } = await renderMail(
      createElement(Approvals, { ...Approvals.PreviewProps, locale, count }),
    );
    expect(text).toContain(words);
    expect(html).toContain(`href="${Approvals.PreviewProps.url}"`);
    expect(`${html}${text}`).not.toMatch(/Mail\.[a-z]|undefined|\{[a-z]+\}/);
  },
);

test("the reminder counts the days, one day in the singular", async () => {
  expect((await renderMail(inLocale("ja").reminder)).text).toContain("あと30日");
  const tomorrow = createElement(Reminder, { ...Reminder.PreviewProps, locale: "en", days: 1 });
  expect((await renderMail(tomorrow)).text).toContain("expires in 1 day.");
});

test("a name of markup is shown as it is, and is no markup", async () => {
  const props = { ...Acceptance.PreviewProps, name: "<b>花子</b> & {name}" };
  const { html, text } = await renderMail(createElement(Acceptance, props));
  expect(html).not.toContain("<b>花子");
  expect(text).toContain("<b>花子</b> & {name} 様");
});
