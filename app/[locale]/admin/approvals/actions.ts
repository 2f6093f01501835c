"use server";

import { getLocale } from "next-intl/server";
import type { DeedState } from "@/components/admin/applications/deed-form.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../(member)/signed-in.ts";
import { sentenceOf } from "../refused.ts";

/** 承認する: one or many. */
export async function approve(_before: DeedState, form: FormData): Promise<DeedState> {
  return decide(form, { approved: true });
}

/** 却下する, each with the same reason. */
export async function decline(_before: DeedState, form: FormData): Promise<DeedState> {
  const words = String(form.get("words") ?? "").slice(0, 1000);
  if (words.trim() === "") return { words, missing: "words", refused: null };
  return decide(form, { approved: false, reason: words });
}

type Decision = { approved: true } | { approved: false; reason: string };

async function decide(form: FormData, decision: Decision): Promise<DeedState> {
  const ids = form.getAll("id").map(String);
  const words = decision.approved ? "" : decision.reason;
  const again = new URLSearchParams([
    ["do", decision.approved ? "approve" : "decline"],
    ...(words === "" ? [] : [["words", words]]),
    ...ids.map((id) => ["id", id]),
  ]);
  const answer = await attempt(`/admin/approvals/decide?${again}`, ({ admin }) =>
    admin.approvals.decideMany({ ids, decision }),
  );
  if ("refused" in answer) return { words, refused: await sentenceOf(answer) };
  const query = new URLSearchParams(answer.done.map(({ id, outcome }) => ["of", `${id}.${outcome}`]));
  return redirect({ href: `/admin/approvals?${query}`, locale: await getLocale() });
}
