/** What the outbox pages stand on: whether they exist at all, and their reader's language. */
import { cookies, headers } from "next/headers";
import { notFound } from "next/navigation";
import { hasLocale } from "next-intl";
import { setRequestLocale } from "next-intl/server";
import { env } from "@/server/env.ts";
import { type Locale, routing } from "@/server/i18n/routing.ts";
import { isOutboxReadable, outboxFolder } from "@/server/mail/choose.ts";
import { pickLocale } from "./pick-locale.ts";

/** The folder, or "not found" wherever everybody's mails must not be shown. To be asked by every page and route here. */
export async function readableOutbox(): Promise<string> {
  const host = (await headers()).get("host");
  const settings = env();
  if (!isOutboxReadable(settings, host)) notFound();
  return outboxFolder(settings);
}

/** The reader's language, also for all that is rendered below. */
export async function speakToReader(): Promise<Locale> {
  const chosen = (await cookies()).get("NEXT_LOCALE")?.value;
  const locale = hasLocale(routing.locales, chosen)
    ? chosen
    : pickLocale((await headers()).get("accept-language") ?? "");
  setRequestLocale(locale);
  return locale;
}
