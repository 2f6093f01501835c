"use server";

import { getLocale } from "next-intl/server";
import type { CollectedState } from "@/components/issue/collected-form.tsx";
import type { PinState } from "@/components/issue/pin-form.tsx";
import { api } from "@/server/api/caller.ts";
import { refusalOf } from "@/server/api/errors.ts";
import type { ConfirmAnswer, PinAnswer } from "@/server/ca/local/views.ts";
import { redirect } from "@/server/i18n/navigation.ts";
import { browserKey, keepBrowserKey } from "./visit.ts";

/** 次へ: the right PIN opens STEP2 for this browser. */
export async function enterPin(_before: PinState, form: FormData): Promise<PinState> {
  const ticket = String(form.get("ticket") ?? "").slice(0, 200);
  const pin = String(form.get("pin") ?? "").slice(0, 200);
  if (!pin.trim()) return { isEmpty: true };
  let answer: PinAnswer;
  try {
    answer = await (await api()).issuing.enterPin({ ticket, pin });
  } catch (error) {
    return refusalOf(error);
  }
  if (answer.result === "wrong") return { triesLeft: answer.triesLeft };
  if (answer.result === "right") await keepBrowserKey(ticket, answer.browser);
  // A ticket that is locked or refused says so on its own page.
  const step = answer.result === "right" ? "/download?entered=1" : "";
  return redirect({ href: `/issue/${ticket}${step}`, locale: await getLocale() });
}

/** 完了: from now on the .p12 cannot be fetched again. */
export async function confirmCollected(_before: CollectedState, form: FormData): Promise<CollectedState> {
  const ticket = String(form.get("ticket") ?? "").slice(0, 200);
  let answer: ConfirmAnswer;
  try {
    answer = await (await api()).issuing.confirm({ ticket, browser: (await browserKey(ticket)) ?? "" });
  } catch (error) {
    return refusalOf(error);
  }
  if (answer.result === "refused" && answer.because === "not_collected") return { notCollected: true };
  const step = answer.result === "confirmed" ? "/done" : "";
  return redirect({ href: `/issue/${ticket}${step}`, locale: await getLocale() });
}
