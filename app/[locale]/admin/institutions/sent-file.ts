/** What the routes of files of settings begin and end with. */
import "server-only";
import { hasLocale } from "next-intl";
import { api } from "@/server/api/caller.ts";
import { routing } from "@/server/i18n/routing.ts";
import { seeOther } from "../../own-page.ts";
import type { OperatorCaller } from "../operator.ts";

export function languageIn(locale: string): string {
  return hasLocale(routing.locales, locale) ? locale : routing.defaultLocale;
}

/** An operator; whoever is none is where any page would send them. */
export async function admitted(locale: string): Promise<OperatorCaller["settings"] | Response> {
  const caller = await api();
  const { member } = await caller.session.me();
  const language = languageIn(locale);
  const to = `/${language}/admin/institutions/import`;
  if (!member) return seeOther(`/${language}/login?${new URLSearchParams({ to })}`);
  return member.isOperator ? caller.admin.settings : seeOther(`/${language}/not-found`);
}

/** Says on the page of files what came of it. */
export function told(locale: string, query: Readonly<Record<string, string>>): Response {
  return seeOther(`/${languageIn(locale)}/admin/institutions/import?${new URLSearchParams(query)}`);
}
