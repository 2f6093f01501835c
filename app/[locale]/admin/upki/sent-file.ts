/** What route handlers that take files of registrars begin and end with: actions of pages take only what is small. */
import "server-only";
import { hasLocale } from "next-intl";
import { api } from "@/server/api/caller.ts";
import { codeOf } from "@/server/api/errors.ts";
import { bounded } from "@/server/body.ts";
import { routing } from "@/server/i18n/routing.ts";
import { isFromOwnPage, seeOther } from "../../own-page.ts";
import type { OperatorCaller } from "../operator.ts";

type Registrar = OperatorCaller["upki"];

export function languageIn(locale: string): string {
  return hasLocale(routing.locales, locale) ? locale : routing.defaultLocale;
}

/** Whoever may not is where any page would send them. */
export async function admitted(locale: string): Promise<Registrar | Response> {
  const caller = await api();
  const { member } = await caller.session.me();
  const language = languageIn(locale);
  if (!member)
    return seeOther(`/${language}/login?${new URLSearchParams({ to: `/${language}/admin/upki` })}`);
  return member.isRegistrar && member.hasUpki ? caller.admin.upki : seeOther(`/${language}/not-found`);
}

/** Says on the overview what came of it; `more` is for its address too. */
export function told(
  locale: string,
  did: string,
  more: readonly (readonly [string, string])[] = [],
): Response {
  const query = new URLSearchParams([["did", did], ...more.map(([name, value]) => [name, value])]);
  return seeOther(`/${languageIn(locale)}/admin/upki?${query}`);
}

/**
 * The files of a field, read once it is certain who sends them, and none longer than `most` octets in all; then what `deed` makes of them.
 */
export async function withFiles(
  request: Request,
  { locale, field, most }: { locale: string; field: string; most: number },
  deed: (registrar: Registrar, files: readonly File[]) => Promise<Response>,
): Promise<Response> {
  if (!isFromOwnPage(request)) return new Response(null, { status: 403 });
  const registrar = await admitted(locale);
  if (registrar instanceof Response) return registrar;
  const asked = await bounded(request, most + forTheRest);
  if (!asked) return told(locale, "too_long");
  try {
    const form = await asked.formData();
    const files = form.getAll(field).filter((one) => one instanceof File && one.size > 0) as File[];
    return files.length === 0 ? told(locale, "no_file") : await deed(registrar, files);
  } catch (error) {
    if (codeOf(error) === "not_found") return seeOther(`/${languageIn(locale)}/not-found`);
    return told(locale, codeOf(error) === "invalid_input" ? "too_long" : "failed");
  }
}

/** Of a form beside its files. */
const forTheRest = 64 * 1024;

export async function octetsOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}
