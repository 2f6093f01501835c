/** Where to go after a login: a page of this portal and nothing else, whatever was asked for. */
const longest = 2000;

/** The path with its query, when it stays on this site and is a page; otherwise the dashboard. */
export function safePath(to: string | null | undefined, locale: string): string {
  const fallback = `/${locale}/certs`;
  if (!to || to.length > longest || !to.startsWith("/") || /[\\\p{Cc}]/u.test(to)) return fallback;
  const here = "https://here.invalid";
  if (!URL.canParse(to, here)) return fallback;
  const { origin, pathname, search, hash } = new URL(to, here);
  if (origin !== here || pathname.startsWith("//")) return fallback;
  if (!/^\/(ja|en)(\/|$)/.test(pathname)) return fallback;
  const path = `${pathname}${search}${hash}`;
  return /^\/(ja|en)\/login(\/|$)/.test(pathname) && !releasePage.test(path) ? fallback : path;
}

/** Of the pages around the login the only one that a login makes sense for. */
const releasePage = /^\/(ja|en)\/login\/attributes$/;

export const locales = ["ja", "en"] as const;
export type Locale = (typeof locales)[number];

export function localeOf(value: string | null | undefined): Locale | null {
  return locales.find((locale) => locale === value) ?? null;
}

/** The reader's language: what they chose, else what the browser prefers, else Japanese. */
export function localeOfRequest(request: Request, chosen?: string | null): Locale {
  const cookie = /(?:^|;\s*)NEXT_LOCALE=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  const accepted = (request.headers.get("accept-language") ?? "")
    .split(",")
    .map((part) => part.trim().slice(0, 2).toLowerCase());
  return (
    localeOf(chosen) ?? localeOf(cookie) ?? localeOf(accepted.find((language) => localeOf(language))) ?? "ja"
  );
}
