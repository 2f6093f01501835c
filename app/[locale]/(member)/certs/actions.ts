"use server";

import { getLocale } from "next-intl/server";
import type { DeedState } from "@/components/enrollment/deeds.ts";
import type { MemoState } from "@/components/enrollment/memo-form.tsx";
import { kindNames } from "@/server/enrollment/kind.ts";
import { redirect } from "@/server/i18n/navigation.ts";
import { revocationReasons } from "@/server/ports.ts";
import { attempt } from "../signed-in.ts";
import { numberOf, oneOf, textOf } from "./form-values.ts";

/** 新規申請 */
export async function requestCertificate(_before: DeedState, form: FormData): Promise<DeedState> {
  const kind = oneOf(kindNames, form.get("kind"));
  if (!kind) return { refused: "invalid_input" };
  const mail = textOf(form, "mail");
  const answer = await attempt("/certs", (caller) =>
    caller.enrollment.request({
      kind,
      months: numberOf(form, "months"),
      key: textOf(form, "key"),
      ...(mail && { mail }),
    }),
  );
  return "refused" in answer ? answer : toSentPage("request", answer.done);
}

/** 更新申請 */
export async function renewCertificate(_before: DeedState, form: FormData): Promise<DeedState> {
  const number = numberOf(form, "number");
  const answer = await attempt(`/certs/${number}`, (caller) =>
    caller.enrollment.renew({ number, sequence: numberOf(form, "sequence") }),
  );
  return "refused" in answer ? answer : toSentPage("renew", answer.done);
}

/** 失効申請 */
export async function revokeCertificate(_before: DeedState, form: FormData): Promise<DeedState> {
  const number = numberOf(form, "number");
  const reason = oneOf(revocationReasons, form.get("reason"));
  if (!reason) return { refused: "invalid_input", missing: "reason" };
  const answer = await attempt(`/certs/${number}`, (caller) => caller.enrollment.revoke({ number, reason }));
  return "refused" in answer ? { ...answer, reason } : toSentPage("revoke", answer.done);
}

/** メモを保存: with JavaScript the page stays where it is; without, it comes back to the memo. */
export async function saveMemo(_before: MemoState, form: FormData): Promise<MemoState> {
  const number = numberOf(form, "number");
  const memo = textOf(form, "memo");
  const answer = await attempt(`/certs/${number}`, (caller) => caller.enrollment.saveMemo({ number, memo }));
  if ("refused" in answer) return { memo, ...answer };
  if (form.get("scripted") !== "yes") {
    redirect({ href: `/certs/${number}?saved=1#memo`, locale: await getLocale() });
  }
  return { memo, saved: true };
}

/** ロックを解除: gives the issuing site's page its tries back. */
export async function unlockTicket(_before: DeedState, form: FormData): Promise<DeedState> {
  const number = numberOf(form, "number");
  const answer = await attempt(`/certs/${number}`, (caller) => caller.enrollment.unlock({ number }));
  if ("refused" in answer) return answer;
  return redirect({ href: `/certs/${number}?unlocked=1#pin`, locale: await getLocale() });
}

/** Post, redirect, get: reloading what follows sends nothing again. */
async function toSentPage(
  deed: "request" | "renew" | "revoke",
  { number, already }: { number: number; already: boolean },
): Promise<never> {
  const query = { for: deed, ...(already && { already: "1" }) };
  return redirect({ href: { pathname: `/certs/${number}/sent`, query }, locale: await getLocale() });
}
