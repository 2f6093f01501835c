/** What next-intl needs of a request: the language of its path and its texts. */
import { hasLocale } from "next-intl";
import { getRequestConfig } from "next-intl/server";
import { routing } from "./routing.ts";

const texts = {
  ja: () => import("@/messages/ja.json"),
  en: () => import("@/messages/en.json"),
};

export default getRequestConfig(async ({ requestLocale }) => {
  const asked = await requestLocale;
  const locale = hasLocale(routing.locales, asked) ? asked : routing.defaultLocale;
  return { locale, timeZone: "Asia/Tokyo", messages: (await texts[locale]()).default };
});
