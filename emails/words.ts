/** The words of the mails: a fresh translator for each mail, in the language of its reader. */
import { createTranslator } from "next-intl";
import en from "../messages/en.json";
import ja from "../messages/ja.json";

export type MailLocale = "ja" | "en";

type Texts = { Mail: typeof ja.Mail };
const texts: Record<MailLocale, Texts> = { ja: { Mail: ja.Mail }, en: { Mail: en.Mail } };

export function words(locale: MailLocale) {
  return createTranslator<Texts, "Mail">({ locale, messages: texts[locale], namespace: "Mail" });
}

export type MailSubject = keyof typeof ja.Mail.subject;

export function subjectOf(mail: MailSubject, locale: MailLocale): string {
  return words(locale)(`subject.${mail}`);
}

/** A moment as the members of Japanese institutions read it, whatever zone the server runs in. */
export function moment(time: Date, locale: MailLocale): string {
  const written = new Intl.DateTimeFormat(locale === "ja" ? "ja-JP" : "en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "Asia/Tokyo",
  }).format(time);
  return words(locale)("japanTime", { time: written });
}
