/** Dates as the portal writes them, always in Japan's time: 2020/03/20 17:36:42 in Japanese. */

const timeZone = "Asia/Tokyo";
const languages: Record<string, string> = { ja: "ja-JP", en: "en-GB" };

export function formatTime(at: Date, locale: string): string {
  const isJapanese = locale === "ja";
  const text = new Intl.DateTimeFormat(languages[locale] ?? locale, {
    timeZone,
    year: "numeric",
    month: isJapanese ? "2-digit" : "long",
    day: isJapanese ? "2-digit" : "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);
  return isJapanese ? text : `${text} JST`;
}

export function formatDay(at: Date, locale: string): string {
  const isJapanese = locale === "ja";
  return new Intl.DateTimeFormat(languages[locale] ?? locale, {
    timeZone,
    year: "numeric",
    month: isJapanese ? "2-digit" : "long",
    day: isJapanese ? "2-digit" : "numeric",
  }).format(at);
}
