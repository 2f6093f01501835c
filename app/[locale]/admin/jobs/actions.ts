"use server";

import { getLocale } from "next-intl/server";
import type { ReasonState } from "@/components/admin/reason-form.tsx";
import { codeOf } from "@/server/api/errors.ts";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../(member)/signed-in.ts";
import { addressOf } from "../days.ts";
import { registrar } from "../operator.ts";
import { sentenceOf } from "../refused.ts";

/** もう一度実行. */
export async function retry(form: FormData): Promise<void> {
  const { jobs } = await registrar("/admin/jobs");
  const did = await jobs.retry({ id: String(form.get("id")) }).then(
    (done) => (done ? "retried" : "gone"),
    (error: unknown) => {
      if (codeOf(error) === "internal") throw error;
      return "gone";
    },
  );
  await goBack(form, did);
}

/** 中止. */
export async function cancel(_before: ReasonState, form: FormData): Promise<ReasonState> {
  const [id, reason] = [String(form.get("id")), String(form.get("reason") ?? "")];
  const here = `/admin/jobs/cancel?${new URLSearchParams({ id, back: String(form.get("back") ?? "") })}`;
  const answer = await attempt(here, ({ admin }) => admin.jobs.cancel({ id, reason }));
  if ("refused" in answer) return { reason, refused: await sentenceOf(answer) };
  return goBack(form, answer.done ? "cancelled" : "gone");
}

/** To the search that the form was on. */
async function goBack(form: FormData, did: string): Promise<never> {
  const wish = Object.fromEntries(new URLSearchParams(String(form.get("back") ?? "")));
  return redirect({ href: addressOf("/admin/jobs", { ...wish, did }), locale: await getLocale() });
}
