/** Off to the page that says 404: unlike what `notFound()` sends, it is there without JavaScript too. */
import "server-only";
import { getLocale } from "next-intl/server";
import { redirect } from "@/server/i18n/navigation.ts";

export async function lost(): Promise<never> {
  return redirect({ href: "/not-found", locale: await getLocale() });
}
