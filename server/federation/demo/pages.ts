/** The pages of a demo provider: plain, accessible, and unlike the portal, so that one sees where one is. */
import { createHash } from "node:crypto";
import { createTranslator } from "use-intl/core";
import type { Locale } from "../login/safe-path.ts";
import { escapeXml as text } from "../xml/tree.ts";
import { type DemoInstitution, demoCode } from "./institutions.ts";

type Frame = {
  institution: DemoInstitution;
  locale: Locale;
  title: string;
  body: string;
  status?: number;
  script?: string;
};

export async function wordsOf(locale: Locale) {
  const messages = (await (locale === "ja" ? import("@/messages/ja.json") : import("@/messages/en.json")))
    .default;
  return createTranslator({ locale, messages, namespace: "DemoIdp" });
}

type Words = Awaited<ReturnType<typeof wordsOf>>;

export async function loginPage(
  institution: DemoInstitution,
  locale: Locale,
  { message, wrong, user = "" }: { message: string; wrong: boolean; user?: string },
): Promise<Response> {
  const t = await wordsOf(locale);
  const name = nameOf(institution, locale);
  const users = institution.people.filter(({ fault }) => !fault).map(({ user }) => user);
  const faulty = institution.people.flatMap(({ user, fault }) => (fault ? [t(fault, { user })] : []));
  const other = locale === "ja" ? "en" : "ja";
  const invalid = wrong ? ' aria-invalid="true" aria-describedby="wrong"' : "";
  const body = `
<p class="notice">${text(t("notice"))}</p>
<h1>${text(t("title", { institution: name }))}</h1>
<p>${text(t("lead", { service: t("service") }))}</p>
${wrong ? alert(t("wrong")) : ""}
<form method="post" action="?">
${hidden({ message, lang: locale })}
<label for="user">${text(t("user"))}</label>
<input id="user" name="user" value="${text(user)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${invalid}>
<label for="password">${text(t("password"))}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${invalid}>
${buttons(t, "login")}
</form>
<p class="hint">${text(t("accounts", { users: users.join(", ") }))}</p>
${faulty.map((line) => `<p class="hint">${text(line)}</p>`).join("")}
<p><a href="?${text(withLanguage(message, other))}" lang="${other}" hreflang="${other}">${text(t("other"))}</a></p>`;
  const title = t("title", { institution: name });
  return page({ institution, locale, title, body, status: wrong ? 401 : 200 });
}

/** The second factor. User and password are carried along: everybody knows them, and nothing is kept here between two pages. */
export async function secondPage(
  institution: DemoInstitution,
  locale: Locale,
  { wrong, ...carried }: { message: string; user: string; password: string; wrong: boolean },
): Promise<Response> {
  const t = await wordsOf(locale);
  const title = t("secondTitle", { institution: nameOf(institution, locale) });
  const body = `
<p class="notice">${text(t("notice"))}</p>
<h1>${text(title)}</h1>
<p>${text(t("secondLead", { service: t("service") }))}</p>
${wrong ? alert(t("wrongCode")) : ""}
<form method="post" action="?">
${hidden({ ...carried, lang: locale })}
<label for="code">${text(t("code"))}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required aria-describedby="hint${wrong ? " wrong" : ""}"${wrong ? ' aria-invalid="true"' : ""}>
<p class="hint" id="hint">${text(t("codeHint", { code: demoCode }))}</p>
${buttons(t, "confirm")}
</form>`;
  return page({ institution, locale, title, body, status: wrong ? 401 : 200 });
}

type Sending = {
  acsUrl: string;
  samlResponse: string;
  relayState: string;
  outcome: "sending" | "cancelled" | "cannot";
};

/** Carries the answer to the service: by itself, or by a button where scripts are off. */
export async function sendingPage(
  institution: DemoInstitution,
  locale: Locale,
  { acsUrl, samlResponse, relayState, outcome }: Sending,
): Promise<Response> {
  const t = await wordsOf(locale);
  const title = t(outcome);
  const body = `
<h1>${text(title)}</h1><p>${text(t(outcome === "cannot" ? "cannotLead" : "continueLead"))}</p>
<form method="post" action="${text(acsUrl)}" id="answer">
${hidden({ SAMLResponse: samlResponse, RelayState: relayState })}
<p class="buttons"><button>${text(t("continue"))}</button></p></form>`;
  return page({ institution, locale, title, body, script: 'document.getElementById("answer").submit()' });
}

export async function refusalPage(institution: DemoInstitution, locale: Locale): Promise<Response> {
  const t = await wordsOf(locale);
  const title = t("badRequest");
  const body = `<h1>${text(title)}</h1><p>${text(t("badRequestLead"))}</p>`;
  return page({ institution, locale, title, body, status: 400 });
}

function nameOf({ nameJa, nameEn }: DemoInstitution, locale: Locale): string {
  return locale === "ja" ? nameJa : nameEn;
}

function hidden(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${text(value)}">`)
    .join("");
}

function alert(what: string): string {
  return `<p class="wrong" role="alert" id="wrong">${text(what)}</p>`;
}

function buttons(t: Words, main: "login" | "confirm"): string {
  return `<p class="buttons"><button name="action" value="${main}">${text(t(main))}</button>
<button name="action" value="cancel" class="quiet" formnovalidate>${text(t("cancel"))}</button></p>`;
}

function withLanguage(query: string, language: string): string {
  const kept = query.split("&").filter((pair) => !pair.startsWith("lang="));
  return [...kept, `lang=${language}`].join("&");
}

function page({ institution, locale, title, body, status = 200, script }: Frame): Response {
  const html = `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title><style>${styleOf(institution)}</style></head>
<body><header><p>${text(nameOf(institution, locale))}</p></header><main>${body}</main>
${script ? `<script>${script}</script>` : ""}</body></html>`;
  const scripts = script ? `'sha256-${createHash("sha256").update(script).digest("base64")}'` : "'none'";
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; script-src ${scripts}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    },
  });
}

function styleOf({ color }: DemoInstitution): string {
  return `:root{font:1.0625rem/1.7 system-ui,"Noto Sans CJK JP","Noto Sans JP",sans-serif;color:#1d1b18;background:#f6f1e7}
body{margin:0}header{background:${color};color:#fff}header p{max-width:30rem;margin:0 auto;padding:.75rem 1rem;font-weight:700}
main{max-width:30rem;margin:2rem auto;padding:1.5rem 1rem;background:#fff;border:1px solid #8a8170;box-sizing:border-box}
h1{font-size:1.5rem;line-height:1.4;margin:.5rem 0}.notice{border-left:.4rem solid ${color};padding:.25rem .75rem;margin:0;background:#f6f1e7}
label{display:block;font-weight:700;margin-top:1rem}input:not([type=hidden]){width:100%;box-sizing:border-box;font:inherit;padding:.5rem;min-height:2.75rem;border:1px solid #6b6454;border-radius:0}
button{font:inherit;font-weight:700;min-height:2.75rem;padding:.25rem 1.5rem;border:2px solid ${color};background:${color};color:#fff;border-radius:0;cursor:pointer}
button.quiet{background:#fff;color:${color}}:focus-visible{outline:3px solid #1d1b18;outline-offset:2px}
.wrong{border:2px solid #a6190b;color:#a6190b;padding:.5rem .75rem;font-weight:700}.hint{color:#4c463b}a{color:${color}}`;
}
