"use server";

import { getLocale, getTranslations } from "next-intl/server";
import type { ReasonState } from "@/components/admin/reason-form.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../../(member)/signed-in.ts";
import { sentenceOf } from "../../refused.ts";

/** この内容で変更する: all that the plan shows, or nothing. */
export async function applyPlan(_before: ReasonState, form: FormData): Promise<ReasonState> {
  const [id, reason] = [textOf(form, "plan"), textOf(form, "reason")];
  const here = `/admin/institutions/import/${encodeURIComponent(id)}`;
  const t = await getTranslations("Admin.settings");
  if (reason.trim() === "") return { reason, refused: t("noReason") };
  const answer = await attempt(here, (caller) => caller.admin.settings.carryOut({ id, reason }));
  if ("refused" in answer) return { reason, refused: await sentenceOf(answer) };
  const { result } = answer.done;
  if (result === "saved" || result === "already") {
    return redirect({ href: `${here}?did=${result}`, locale: await getLocale() });
  }
  return { reason, refused: t(`plan.refused.${result}`) };
}

function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? "");
}
