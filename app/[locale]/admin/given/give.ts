"use server";

import { getLocale, getTranslations } from "next-intl/server";
import type { PasteState } from "@/components/admin/given/paste-form.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../(member)/signed-in.ts";
import { sentenceOf } from "../refused.ts";

/** 内容を確認する, of people who leave. */
export async function giveLeavers(_before: PasteState, form: FormData): Promise<PasteState> {
  return give("offboardings", form);
}

/** 内容を確認する, of people who are to get certificates. */
export async function giveInvited(_before: PasteState, form: FormData): Promise<PasteState> {
  return give("invitations", form);
}

/** A list that can be read has a page of its own from now on. What was pasted is not lost to a login that has ended. */
async function give(section: "offboardings" | "invitations", form: FormData): Promise<PasteState> {
  const typed = { text: String(form.get("text") ?? ""), institution: String(form.get("institution") ?? "") };
  const list = new TextEncoder().encode(typed.text.toWellFormed());
  const answer = await attempt(null, ({ admin }) =>
    admin[section].give({ institutionId: typed.institution, list }),
  );
  if ("refused" in answer) return { ...typed, refused: await sentenceOf(answer) };
  const { done } = answer;
  if ("fault" in done) {
    const t = await getTranslations("Admin.given.faults");
    return { ...typed, refused: t(done.fault, { line: done.line ?? 0 }) };
  }
  return redirect({ href: `/admin/${section}/lists/${done.id}`, locale: await getLocale() });
}
