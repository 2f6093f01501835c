/**
 * The page between the portal and a provider that listens to HTTP-POST only (SAML 2.0 Bindings §3.5): it posts the question
 * by itself, or by a button where scripts are off.
 */
import { createHash } from "node:crypto";
import { createTranslator } from "use-intl/core";
import { escapeXml as text } from "../xml/tree.ts";
import type { SignedForm } from "./authn-request.ts";
import { localeOf } from "./safe-path.ts";

const script = 'document.getElementById("question").submit()';
const style = `:root{font:1.0625rem/1.7 "Noto Sans JP","Noto Sans CJK JP",system-ui,sans-serif;color:#1a1a1a;background:#fff}
main{max-width:32rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.5rem;line-height:1.4}
button{font:inherit;font-weight:700;min-height:3rem;padding:.5rem 2rem;border:0;border-radius:.5rem;background:#0017c1;color:#fff;cursor:pointer}
:focus-visible{outline:.25rem solid #000;outline-offset:.125rem;box-shadow:0 0 0 .125rem #ffd43d}`;

export async function sendingPage(
  { action, fields }: SignedForm,
  locale: string,
  setCookies: readonly string[] = [],
): Promise<Response> {
  const t = await wordsIn(locale);
  const hidden = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${text(value)}">`)
    .join("");
  const html = `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(t("title"))}</title><style>${style}</style></head>
<body><main><h1>${text(t("title"))}</h1><p>${text(t("lead"))}</p>
<form method="post" action="${text(action)}" id="question">${hidden}<button>${text(t("continue"))}</button></form></main>
<script>${script}</script></body></html>`;
  const headers = new Headers({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    // Without an origin some providers take the form for a forgery.
    "referrer-policy": "strict-origin",
    "x-content-type-options": "nosniff",
    "content-security-policy": [
      "default-src 'none'",
      `script-src '${hashOf(script)}'`,
      `style-src '${hashOf(style)}'`,
      // The provider may send it on to another host of its own, and browsers check that one too.
      `form-action https: ${new URL(action).origin}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
  });
  for (const line of setCookies) headers.append("set-cookie", line);
  return new Response(html, { headers });
}

async function wordsIn(language: string) {
  const locale = localeOf(language) ?? "ja";
  const messages = (await (locale === "ja" ? import("@/messages/ja.json") : import("@/messages/en.json")))
    .default;
  return createTranslator({ locale, messages, namespace: "LoginSending" });
}

function hashOf(inline: string): string {
  return `sha256-${createHash("sha256").update(inline).digest("base64")}`;
}
