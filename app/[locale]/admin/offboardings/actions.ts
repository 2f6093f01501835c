"use server";

import { getLocale } from "next-intl/server";
import type { ReasonState } from "@/components/admin/reason-form.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../(member)/signed-in.ts";
import { orLost, registrar } from "../operator.ts";
import { sentenceOf } from "../refused.ts";

/** 一括失効を申請. The list waits on its page while its reader proves who they are. */
export async function ask(_before: ReasonState, form: FormData): Promise<ReasonState> {
  const reason = String(form.get("reason") ?? "");
  const id = String(form.get("list") ?? "");
  const here = `/admin/offboardings/lists/${encodeURIComponent(id)}`;
  const answer = await attempt(here, ({ admin }) => admin.offboardings.ask({ id, reason }));
  if ("refused" in answer) return { reason, refused: await sentenceOf(answer) };
  const did = answer.done.already ? "already" : "asked";
  return redirect({ href: `/admin/offboardings/${answer.done.id}?did=${did}`, locale: await getLocale() });
}

/** 取り消す. */
export async function undo(form: FormData): Promise<void> {
  const id = String(form.get("id") ?? "");
  const here = `/admin/offboardings/${encodeURIComponent(id)}`;
  const { offboardings } = await registrar(here);
  const did = await orLost(offboardings.undo({ id }));
  redirect({ href: `${here}?did=${did === "already" ? "undone" : did}`, locale: await getLocale() });
}
