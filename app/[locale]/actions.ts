"use server";

import { cookies } from "next/headers";
import { hasLocale } from "next-intl";
import { api } from "@/server/api/caller.ts";
import { redirect } from "@/server/i18n/navigation.ts";
import { routing } from "@/server/i18n/routing.ts";
import { ownPath } from "./own-path.ts";

/** Shows the page the form stands on in the other language, and remembers the choice for pages and mails. */
export async function switchLanguage(form: FormData): Promise<void> {
  const wished = form.get("locale");
  const locale = hasLocale(routing.locales, wished) ? wished : routing.defaultLocale;
  (await cookies()).set("NEXT_LOCALE", locale, { path: "/", sameSite: "lax", maxAge: 60 * 60 * 24 * 365 });
  const caller = await api();
  const { member } = await caller.session.me();
  if (member) await caller.session.setLocale({ locale });
  redirect({ href: ownPath(String(form.get("path") ?? "/")), locale });
}
