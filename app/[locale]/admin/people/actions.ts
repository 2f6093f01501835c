"use server";

import { getLocale, getTranslations } from "next-intl/server";
import type { GiveState } from "@/components/admin/people/give-form.tsx";
import type { ReasonState } from "@/components/admin/reason-form.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../(member)/signed-in.ts";
import { sentenceOf } from "../refused.ts";

/** 権限を付与する. */
export async function give(_before: GiveState, form: FormData): Promise<GiveState> {
  const typed = { role: textOf(form, "role"), until: textOf(form, "until"), reason: textOf(form, "reason") };
  const here = `/admin/people/${encodeURIComponent(textOf(form, "member"))}`;
  const expiresAt = endOf(typed.until);
  const answer = await attempt(here, ({ admin }) =>
    admin.people.give({
      memberId: textOf(form, "member"),
      role: typed.role as "registrar",
      expiresAt,
      reason: typed.reason,
    }),
  );
  if ("refused" in answer) return { ...typed, refused: await sentenceOf(answer) };
  const t = await getTranslations("Admin.people.refused");
  const { done } = answer;
  if (done === "in_the_past" || done === "last_operator") return { ...typed, refused: t(done) };
  return redirect({ href: `${here}?did=${done}`, locale: await getLocale() });
}

/** 権限を取り消す. Whoever took their own has no page here any more, where it was the only one. */
export async function take(_before: ReasonState, form: FormData): Promise<ReasonState> {
  const reason = textOf(form, "reason");
  const here = `/admin/people/${encodeURIComponent(textOf(form, "member"))}`;
  const answer = await attempt(here, ({ admin }) =>
    admin.people.take({
      roleId: textOf(form, "role"),
      confirmed: form.get("confirmed") === "yes",
      reason,
    }),
  );
  if ("refused" in answer) return { reason, refused: await sentenceOf(answer) };
  const t = await getTranslations("Admin.people.refused");
  const { done } = answer;
  if (done === "last_operator" || done === "unconfirmed" || done === "stated") {
    return { reason, refused: t(done) };
  }
  const isOwn = form.get("confirmed") === "yes";
  return redirect({ href: isOwn ? "/certs" : `${here}?did=${done}`, locale: await getLocale() });
}

function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? "");
}

/** The end of a day of Japan's calendar; null where none is said. What is no day is an invalid one, and is refused. */
function endOf(day: string): Date | null {
  return day === "" ? null : new Date(new Date(`${day}T00:00:00+09:00`).getTime() + 24 * 60 * 60_000);
}
