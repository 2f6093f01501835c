"use server";

import { getLocale } from "next-intl/server";
import type { DeedState } from "@/components/admin/applications/deed-form.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import { revocationReasons } from "@/server/ports.ts";
import { attempt } from "../../../(member)/signed-in.ts";
import { sentenceOf } from "../../refused.ts";

/** 失効する, in the holder's place. */
export async function revoke(_before: DeedState, form: FormData): Promise<DeedState> {
  const { id, page, words } = asked(form);
  const reason = revocationReasons.find((one) => one === form.get("reason"));
  if (!reason) return { words, missing: "reason", refused: null };
  if (words.trim() === "") return { words, reason, missing: "words", refused: null };
  const again = `${page}/revoke?${new URLSearchParams({ reason, words })}`;
  const answer = await attempt(again, ({ admin }) => admin.applications.revoke({ id, reason, words }));
  if ("refused" in answer) return { words, reason, refused: await sentenceOf(answer) };
  return to(page, answer.done.already ? "already" : "revoke");
}

/** 取り消す, of what has no certificate yet. */
export async function cancel(_before: DeedState, form: FormData): Promise<DeedState> {
  const { id, page, words } = asked(form);
  if (words.trim() === "") return { words, missing: "words", refused: null };
  const again = `${page}/cancel?${new URLSearchParams({ words })}`;
  const answer = await attempt(again, ({ admin }) => admin.applications.cancel({ id, reason: words }));
  if ("refused" in answer) return { words, refused: await sentenceOf(answer) };
  return to(page, answer.done.already ? "already" : "cancel");
}

/** ロックを解除する. */
export async function unlock(_before: DeedState, form: FormData): Promise<DeedState> {
  const { id, page, words } = asked(form);
  if (words.trim() === "") return { words, missing: "words", refused: null };
  const again = `${page}/unlock?${new URLSearchParams({ words })}`;
  const answer = await attempt(again, ({ admin }) => admin.applications.unlock({ id, reason: words }));
  if ("refused" in answer) return { words, refused: await sentenceOf(answer) };
  return to(page, answer.done.already ? "already" : "unlock");
}

/** もう一度送る: a mail. */
export async function sendAgain(_before: DeedState, form: FormData): Promise<DeedState> {
  const { page } = asked(form);
  const letter = String(form.get("letter") ?? "");
  const seen = Number(form.get("seen") ?? "");
  const answer = await attempt(`${page}/letters/${encodeURIComponent(letter)}`, ({ admin }) =>
    admin.applications.sendAgain({ letter, seen }),
  );
  if ("refused" in answer) return { words: "", refused: await sentenceOf(answer) };
  return to(page, answer.done.already ? "already" : "send", "#letters");
}

function asked(form: FormData): { id: string; page: string; words: string } {
  const id = String(form.get("id") ?? "");
  const words = String(form.get("words") ?? "").slice(0, 1000);
  return { id, page: `/admin/applications/${encodeURIComponent(id)}`, words };
}

async function to(page: string, did: string, place = ""): Promise<never> {
  return redirect({ href: `${page}?did=${did}${place}`, locale: await getLocale() });
}
