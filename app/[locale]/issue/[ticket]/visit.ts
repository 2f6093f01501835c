/** One visit of the issuing site: the ticket of the path, and the key this browser was given for the right PIN. */
import "server-only";
import { createHash } from "node:crypto";
import { cookies, headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { api } from "@/server/api/caller.ts";
import type { IssuingView } from "@/server/ca/local/views.ts";
import { redirect } from "@/server/i18n/navigation.ts";

const oneDay = 60 * 60 * 24;

/** SHA-256, hexadecimal: under it a browser keeps what belongs to the ticket. */
export function ticketHash(ticket: string): string {
  return createHash("sha256").update(ticket).digest("hex");
}

/** A ticket has a cookie of its own, so that a second download does not take away the first one's window. */
function cookieOf(ticket: string): string {
  return `issue-${ticketHash(ticket).slice(0, 16)}`;
}

export async function browserKey(ticket: string): Promise<string | undefined> {
  return (await cookies()).get(cookieOf(ticket))?.value;
}

/** Only in a server action or route handler. */
export async function keepBrowserKey(ticket: string, key: string): Promise<void> {
  const origin = (await headers()).get("origin") ?? "";
  (await cookies()).set(cookieOf(ticket), key, {
    httpOnly: true,
    sameSite: "lax",
    secure: origin.startsWith("https:"),
    path: "/",
    maxAge: oneDay,
  });
}

/** Asked once for a page and its title. */
export const view = cache(async (ticket: string): Promise<IssuingView> => {
  const caller = await api();
  return caller.issuing.open({ ticket: ticket.slice(0, 200), browser: await browserKey(ticket) });
});

const pages = { pin: "", download: "/download", collected: "/download", done: "/done", refused: "" } as const;

/** To the page that fits where the ticket stands; `why` is a query for that page to explain itself by. */
export async function goTo(ticket: string, state: IssuingView["state"], why = ""): Promise<never> {
  return redirect({ href: `/issue/${ticket}${pages[state]}${why}`, locale: await getLocale() });
}
