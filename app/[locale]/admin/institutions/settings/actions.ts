"use server";

import { getLocale, getTranslations } from "next-intl/server";
import type { SettingsState } from "@/components/admin/settings/settings-form.tsx";
import type { Refusal } from "@/server/api/errors.ts";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../../(member)/signed-in.ts";
import { sentenceOf } from "../../refused.ts";

/** 保存: what the form shows, with why. Whatever hinders it, what was typed stays in the form. */
export async function saveSettings(before: SettingsState, form: FormData): Promise<SettingsState> {
  const entityId = textOf(form, "entity");
  const reason = textOf(form, "reason");
  // Boxes of one setting are words of one text; one without any that is ticked is an empty text.
  const names = form.getAll("setting").map(String);
  const typed = Object.fromEntries(names.map((name) => [name, form.getAll(name).map(String).join(" ")]));
  const state: SettingsState = {
    version: Number(textOf(form, "version")),
    texts: { ...before.texts, ...typed },
    ...{ reason, faults: [], theirs: null, refused: null },
  };
  if (reason.trim() === "") {
    const t = await getTranslations("Admin.settings");
    return { ...state, refused: { why: "no_reason", sentence: t("noReason") } };
  }
  const answer = await attempt(null, (caller) =>
    caller.admin.settings.change({ entityId, seen: state.version, texts: typed, reason }),
  );
  if ("refused" in answer) {
    return { ...state, refused: { why: whyOf(answer), sentence: await sentenceOf(answer) } };
  }
  const { done } = answer;
  if (done.result === "refused") return { ...state, faults: done.faults };
  if (done.result === "changed_meanwhile") {
    const { version, texts, theirs } = done;
    return { ...state, version, texts, theirs };
  }
  const query = new URLSearchParams({ entity: entityId, did: done.result });
  return redirect({ href: `/admin/institutions/settings?${query}`, locale: await getLocale() });
}

function whyOf({ refused }: Refusal): "login" | "proof" | "other" {
  if (refused === "not_signed_in") return "login";
  return refused === "strong_login_needed" ? "proof" : "other";
}

function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? "");
}
