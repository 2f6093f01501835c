"use server";

import { getLocale } from "next-intl/server";
import type { Deed, DeedState } from "@/components/enrollment/deeds.ts";
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
  const asked = { kind, months: textOf(form, "months"), key: textOf(form, "key"), ...(mail && { mail }) };
  const answer = await attempt(toBeAskedAgain("request", asked), (caller) =>
    caller.enrollment.request({
      ...asked,
      months: numberOf(form, "months"),
    }),
  );
  return "refused" in answer ? answer : toSentPage("request", answer.done);
}

/** 更新申請 */
export async function renewCertificate(_before: DeedState, form: FormData): Promise<DeedState> {
  const number = numberOf(form, "number");
  const sequence = numberOf(form, "sequence");
  const again = toBeAskedAgain("renew", { number: String(number), sequence: String(sequence) });
  const answer = await attempt(again, (caller) => caller.enrollment.renew({ number, sequence }));
  return "refused" in answer ? answer : toSentPage("renew", answer.done);
}

/** 失効申請 */
export async function revokeCertificate(_before: DeedState, form: FormData): Promise<DeedState> {
  const number = numberOf(form, "number");
  const reason = oneOf(revocationReasons, form.get("reason"));
  if (!reason) return { refused: "invalid_input", missing: "reason" };
  const again = toBeAskedAgain("revoke", { number: String(number), reason });
  const answer = await attempt(again, (caller) => caller.enrollment.revoke({ number, reason }));
  return "refused" in answer ? { ...answer, reason } : toSentPage("revoke", answer.done);
}

/** メモを保存: with JavaScript the page stays where it is, even when the login has ended; without, it comes back to the memo. */
export async function saveMemo(_before: MemoState, form: FormData): Promise<MemoState> {
  const number = numberOf(form, "number");
  const memo = textOf(form, "memo");
  const isScripted = form.get("scripted") === "yes";
  const answer = await attempt(isScripted ? null : `/certs/${number}#memo`, (caller) =>
    caller.enrollment.saveMemo({ number, memo }),
  );
  if ("refused" in answer) return { memo, ...answer };
  if (!isScripted) {
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

/** 証明書取得URLのメールを送る: where it waited for its member to prove who they are. */
export async function releaseUrl(_before: DeedState, form: FormData): Promise<DeedState> {
  const number = numberOf(form, "number");
  const answer = await attempt(`/certs/${number}#letters`, (caller) =>
    caller.enrollment.releaseUrl({ number }),
  );
  if ("refused" in answer) return answer;
  return redirect({ href: `/certs/${number}?released=1#letters`, locale: await getLocale() });
}

/** 身に覚えがない: the page of the application says what came of it. */
export async function disown(_before: DeedState, form: FormData): Promise<DeedState> {
  const number = numberOf(form, "number");
  const answer = await attempt(`/certs/${number}/disown`, (caller) => caller.enrollment.disown({ number }));
  if ("refused" in answer) return answer;
  const query = { disowned: answer.done.ended ? "ended" : "told" };
  return redirect({
    href: `/certs/${number}?${new URLSearchParams(query)}#trail`,
    locale: await getLocale(),
  });
}

/** The page that asks before sending, filled in: where one goes on whose login had ended, or who had to prove who they are. */
function toBeAskedAgain(deed: Deed, asked: Record<string, string>): string {
  return `/certs/confirm?${new URLSearchParams({ do: deed, ...asked })}`;
}

/** Post, redirect, get: reloading what follows sends nothing again. */
async function toSentPage(
  deed: Deed,
  { number, already }: { number: number; already: boolean },
): Promise<never> {
  const query = { for: deed, ...(already && { already: "1" }) };
  return redirect({ href: { pathname: `/certs/${number}/sent`, query }, locale: await getLocale() });
}
