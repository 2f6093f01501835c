/** Before every page: its language, and a Content-Security-Policy with a nonce of its own. */
import { NextRequest, NextResponse } from "next/server";
import createMiddleware from "next-intl/middleware";
import { statusOf } from "./server/federation/refusal.ts";
import { routing } from "./server/i18n/routing.ts";

const localize = createMiddleware(routing);
/** A whole page whose answer says 404: what `notFound()` sends is empty without JavaScript. */
const isNotFound = /^\/(?:ja|en)\/not-found$/;
/** Where a login that failed ends. The second is also a page for whoever is logged in, without `ref`. */
const isLoginError = /^\/(?:ja|en)\/login\/error$/;
const isAttributes = /^\/(?:ja|en)\/login\/attributes$/;
/** The one page that shows institutions' logos, which are at the institutions' own sites. */
const loginPage = /^\/(?:ja|en)\/login\/?$/;
const issuingSite = /^\/[a-z]{2}\/issue\//;

export default function proxy(request: NextRequest): NextResponse {
  const policy = contentSecurityPolicy({ logos: loginPage.test(request.nextUrl.pathname) });
  // Next.js takes the nonce for its own scripts from the request's header.
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  const { pathname } = request.nextUrl;
  if (!isReadable(pathname))
    return NextResponse.redirect(new URL(`${languageOf(pathname)}/not-found`, request.url));
  const status = failureOf(request);
  const response = status
    ? pageWithStatus(request, headers, status)
    : localize(new NextRequest(request.url, { headers }));
  response.headers.set("Content-Security-Policy", policy);
  if (issuingSite.test(pathname)) protectTicket(response.headers);
  return response;
}

/** A path cut off inside an escape (`%E0%A4`), which Next.js would answer with an error of its own. */
function isReadable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}

function languageOf(pathname: string): string {
  return (
    routing.locales.map((locale) => `/${locale}`).find((path) => pathname.startsWith(path)) ??
    `/${routing.defaultLocale}`
  );
}

/** The status of a page that tells of a failure; null for every other. */
function failureOf({ method, nextUrl: { pathname, searchParams } }: NextRequest): number | null {
  if (isNotFound.test(pathname)) return 404;
  // A form on such a page, to change the language, is answered as it is.
  if (method !== "GET" && method !== "HEAD") return null;
  const failed = isLoginError.test(pathname) || (isAttributes.test(pathname) && searchParams.has("ref"));
  return failed ? statusOf(searchParams.get("code")) : null;
}

function pageWithStatus({ url, nextUrl }: NextRequest, headers: Headers, status: number): NextResponse {
  // As `localize` would say it; it has no say in the status of its answer.
  headers.set("X-NEXT-INTL-LOCALE", nextUrl.pathname.slice(1, 3));
  return NextResponse.rewrite(url, { status, request: { headers } });
}

/** The page's path is a secret: no other site, no search engine and no cache may learn it. */
function protectTicket(headers: Headers): void {
  // Not `no-referrer`: with it browsers send `Origin: null` with a form, which is then refused as a stranger's.
  headers.set("Referrer-Policy", "same-origin");
  headers.set("X-Robots-Tag", "noindex, nofollow");
  headers.set("Cache-Control", "no-store");
  // The browser's exact system decides which .p12 is suggested.
  headers.set("Accept-CH", "Sec-CH-UA-Platform, Sec-CH-UA-Platform-Version");
}

function contentSecurityPolicy({ logos }: { logos: boolean }): string {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const isDevelopment = process.env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    `img-src 'self' data:${logos ? " https:" : ""}`,
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    // The form that chooses an institution is redirected to it, and browsers check that target too.
    "form-action 'self' https: http://localhost:* http://127.0.0.1:*",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Without what answers files or takes them: a proxy keeps what is sent in memory, and cuts it off. */
export const config = {
  matcher: [
    "/((?!api/|api$|pki/|ocsp|demo-idp|outbox|login/(?:start|search|forget|discovery|logo/)|logout|_next|_vercel|[a-z]{2}/issue/[^/]+/file$|[a-z]{2}/admin/upki/(?:files/[^/]+|list|mails)$|.*\\.[^/]*$).*)",
  ],
};
