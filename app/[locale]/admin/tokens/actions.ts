"use server";

import { getLocale, getTranslations } from "next-intl/server";
import type { ReasonState } from "@/components/admin/reason-form.tsx";
import type { MakeState } from "@/components/admin/tokens/make-form.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../(member)/signed-in.ts";
import { sentenceOf } from "../refused.ts";

const path = "/admin/tokens";

/** トークンを作成. It stands in the answer and nowhere else, so there is no page to be led to. */
export async function make(_before: MakeState, form: FormData): Promise<MakeState> {
  const textOf = (name: string) => String(form.get(name) ?? "");
  const typed = {
    institution: textOf("institution"),
    name: textOf("name"),
    until: textOf("until"),
    reason: textOf("reason"),
    token: null,
  };
  const answer = await attempt(path, ({ admin }) =>
    admin.tokens.make({
      id: textOf("key"),
      institutionId: typed.institution,
      name: typed.name,
      expiresAt: endOf(typed.until),
      reason: typed.reason,
    }),
  );
  if ("refused" in answer) return { ...typed, refused: await sentenceOf(answer) };
  const { done } = answer;
  if (done.result === "made") return { ...typed, refused: null, token: done.token };
  const t = await getTranslations("Admin.tokens.refused");
  return { ...typed, refused: t(done.result) };
}

/** 停止する. */
export async function end(_before: ReasonState, form: FormData): Promise<ReasonState> {
  const reason = String(form.get("reason") ?? "");
  const id = String(form.get("id") ?? "");
  const here = `${path}?end=${encodeURIComponent(id)}`;
  const answer = await attempt(here, ({ admin }) => admin.tokens.end({ id, reason }));
  if ("refused" in answer) return { reason, refused: await sentenceOf(answer) };
  return redirect({ href: `${path}?did=ended`, locale: await getLocale() });
}

/** The end of a day of Japan's calendar; null where none is said. What is no day is an invalid one, and is refused. */
function endOf(day: string): Date | null {
  return day === "" ? null : new Date(new Date(`${day}T00:00:00+09:00`).getTime() + 24 * 60 * 60_000);
}
