/** What every member page and form begins and ends with. */
import "server-only";
import { getLocale } from "next-intl/server";
import { api } from "@/server/api/caller.ts";
import { deedWithoutProof, type Refusal, refusalOf } from "@/server/api/errors.ts";
import type { ProvenDeed } from "@/server/assurance.ts";
import { redirect } from "@/server/i18n/navigation.ts";

export type Caller = Awaited<ReturnType<typeof api>>;

/** The caller of a member page; whoever is not logged in goes to the login page, and comes back to `path`. */
export async function signedIn(path: string): Promise<Caller> {
  const caller = await api();
  const { member } = await caller.session.me();
  return member ? caller : toLogin(path);
}

/**
 * Does what a form asks for; a refusal is a value, so that the form can say it and keep what was typed.
 * Whoever is no longer logged in, or has to prove who they are before this deed, goes where that is done, is told why, and comes
 * back to `path`; null leaves them where they are.
 */
export async function attempt<T>(
  path: string | null,
  deed: (caller: Caller) => Promise<T>,
): Promise<{ done: T } | Refusal> {
  let refusal: Refusal;
  let unproven: ProvenDeed | null;
  try {
    return { done: await deed(await api()) };
  } catch (error) {
    refusal = refusalOf(error);
    unproven = deedWithoutProof(error);
  }
  if (path === null) return refusal;
  if (refusal.refused === "not_signed_in") return toLogin(path, { ended: "1" });
  if (unproven) return toConfirmIdentity(path, unproven);
  return refusal;
}

async function toLogin(path: string, why: { ended?: "1" } = {}): Promise<never> {
  const locale = await getLocale();
  return redirect({ href: { pathname: "/login", query: { to: `/${locale}${path}`, ...why } }, locale });
}

async function toConfirmIdentity(path: string, deed: ProvenDeed): Promise<never> {
  const locale = await getLocale();
  const query = { for: deed, to: `/${locale}${path}` };
  return redirect({ href: { pathname: "/login/confirm-identity", query }, locale });
}
