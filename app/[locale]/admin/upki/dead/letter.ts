/** The one that a page is about, by its address. */
import "server-only";
import { getLocale } from "next-intl/server";
import { redirect } from "@/server/i18n/navigation.ts";
import { upkiRegistrar } from "../../operator.ts";

export type LetterQuery = Record<"what" | "id" | "name", string | string[] | undefined>;

/** Whoever comes too late is told so on the list. */
export async function letterOf({ what, id, name }: LetterQuery, page: "assign" | "discard") {
  const named = Object.entries({ what, id, name }).filter(([, value]) => typeof value === "string");
  const query = new URLSearchParams(named as [string, string][]);
  const upki = await upkiRegistrar(`/admin/upki/dead/${page}?${query}`);
  const letter = (await upki.dead()).find((one) => one.id === id && one.what === what);
  const isGone = !letter || (name !== undefined && !letter.names.some((one) => one === name));
  if (isGone) return redirect({ href: "/admin/upki/dead?did=gone", locale: await getLocale() });
  return { upki, letter, name: typeof name === "string" ? name : null };
}
