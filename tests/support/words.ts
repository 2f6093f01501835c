/** The texts a test looks for, by their keys, so that a test speaks both languages. */
import { createTranslator } from "use-intl/core";
import en from "@/messages/en.json" with { type: "json" };
import ja from "@/messages/ja.json" with { type: "json" };

export type Locale = "ja" | "en";

type Values = Record<string, string | number>;
type Words = (key: string, values?: Values) => string;

/** `words("ja")("Detail.title")` */
export function words(locale: Locale): Words {
  const messages = locale === "ja" ? ja : en;
  return createTranslator({ locale, messages }) as unknown as Words;
}
