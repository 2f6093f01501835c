"use server";

import { getLocale } from "next-intl/server";
import { type GuardedDeed, guardedDeeds } from "@/server/assurance.ts";
import { redirect } from "@/server/i18n/navigation.ts";
import { type CnRule, cnRules, type KeyOrigin, keyOrigins } from "@/server/ports.ts";
import { operator } from "./operator.ts";

/** メタデータを今すぐ確認: the page says what came of it. */
export async function lookNow(): Promise<void> {
  const here = "/admin/federation";
  const { result } = await (await operator(here)).federation.lookNow();
  redirect({ href: `${here}?looked=${result}`, locale: await getLocale() });
}

/** 保存: what an institution asks for at which deed. */
export async function savePolicy(form: FormData): Promise<void> {
  const entityId = String(form.get("entity") ?? "");
  const here = `/admin/institutions/policy?entity=${encodeURIComponent(entityId)}`;
  const result = await (await operator(here)).institutions.savePolicy({
    entityId,
    policy: { aal2For: deedsOf(form, "aal2"), ial2For: deedsOf(form, "ial2") },
    seen: { aal2For: deedsOf(form, "seen-aal2"), ial2For: deedsOf(form, "seen-ial2") },
  });
  redirect({ href: `${here}&saved=${result}`, locale: await getLocale() });
}

/** 保存: where an institution's keys may be made. None at all is no choice, and is said before anything is asked. */
export async function saveKeyOrigins(form: FormData): Promise<void> {
  const entityId = String(form.get("entity") ?? "");
  const here = `/admin/institutions/policy?entity=${encodeURIComponent(entityId)}`;
  const chosen = originsOf(form, "origin");
  const { institutions } = await operator(here);
  const result =
    chosen.length === 0
      ? "none_chosen"
      : await institutions.saveKeyOrigins({ entityId, keyOrigins: chosen, seen: originsOf(form, "seen") });
  redirect({ href: `${here}&saved=${result}`, locale: await getLocale() });
}

/** 保存: what an institution's certificates are named. What cannot be saved is kept in the address, so that it stands in its field again. */
export async function saveNames(form: FormData): Promise<void> {
  const entityId = String(form.get("entity") ?? "");
  const here = `/admin/institutions/policy?entity=${encodeURIComponent(entityId)}`;
  const [names, seen] = [namesIn(form, ""), namesIn(form, "seen-")];
  const { institutions } = await operator(here);
  const result = await institutions.saveNames({ entityId, names, seen });
  const saved = typeof result === "string" ? result : "names_refused";
  const query = new URLSearchParams({ saved });
  if (saved === "names_refused") {
    query.set("base", names.dnBase);
    query.set("rule", names.cnRule);
    // What somebody else changes until the next try is still not overwritten.
    query.set("seenBase", seen.dnBase);
    query.set("seenRule", seen.cnRule);
  }
  redirect({ href: `${here}&${query}`, locale: await getLocale() });
}

function namesIn(form: FormData, prefix: string): { dnBase: string; cnRule: CnRule } {
  const given = form.get(`${prefix}rule`);
  return {
    dnBase: String(form.get(`${prefix}base`) ?? "").slice(0, 1000),
    cnRule: cnRules.find((rule) => rule === given) ?? "displayName",
  };
}

function originsOf(form: FormData, name: string): KeyOrigin[] {
  const given = form.getAll(name);
  return keyOrigins.filter((origin) => given.includes(origin));
}

function deedsOf(form: FormData, name: string): GuardedDeed[] {
  const given = form.getAll(name);
  return guardedDeeds.filter((deed) => given.includes(deed));
}
