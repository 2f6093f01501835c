import { hasLocale } from "next-intl";
import { type Locale, routing } from "@/server/i18n/routing.ts";

/** The language of ours that an Accept-Language header (RFC 9110 §12.5.4) ranks highest. */
export function pickLocale(acceptLanguage: string): Locale {
  const ranked = acceptLanguage
    .split(",")
    .map((range) => {
      const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return { language: tag.split("-")[0], weight: q === undefined ? 1 : Number(q) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { language } of ranked) if (hasLocale(routing.locales, language)) return language;
  return routing.defaultLocale;
}
