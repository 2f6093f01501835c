"use server";

import { getLocale } from "next-intl/server";
import type { CollectedState } from "@/components/issue/collected-form.tsx";
import type { PinState } from "@/components/issue/pin-form.tsx";
import type { RequestState } from "@/components/issue/request-form.tsx";
import { shownAgain } from "@/components/issue/shown-again.ts";
import type { PinCheck } from "@/components/issue/use-own-key.ts";
import type { CertifyReply } from "@/components/keys/obtain.ts";
import { api } from "@/server/api/caller.ts";
import { refusalOf } from "@/server/api/errors.ts";
import type { CertifyAnswer, ConfirmAnswer, PinAnswer } from "@/server/ca/local/views.ts";
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

/** STEP2 loaded anew: the page needs the PIN once more, and it must be the right one, for the .p12's password is made of it. */
export async function checkPin(ticket: string, typed: string): Promise<PinCheck> {
  let answer: PinAnswer;
  try {
    answer = await (await api()).issuing.enterPin({ ticket, pin: typed });
  } catch (error) {
    return { result: "failed", ...refusalOf(error) };
  }
  if (answer.result === "wrong") return answer;
  if (answer.result !== "right") return { result: "closed" };
  await keepBrowserKey(String(ticket), answer.browser);
  return { result: "right" };
}

/** ダウンロード of a key that the browser made. `request`: PKCS #10 in base64. */
export async function certify(ticket: string, request: string): Promise<CertifyReply> {
  try {
    const browser = (await browserKey(String(ticket))) ?? "";
    return await (await api()).issuing.certify({ ticket, browser, request, origin: "browser" });
  } catch (error) {
    return { result: "failed", ...refusalOf(error) };
  }
}

/** A request (PKCS #10) of the holder's own making. */
export async function certifyRequest(_before: RequestState, form: FormData): Promise<RequestState> {
  const ticket = String(form.get("ticket") ?? "").slice(0, 200);
  const [text, file] = [String(form.get("request") ?? ""), form.get("file")];
  const octets =
    file instanceof File && file.size > 0
      ? Buffer.from(await file.arrayBuffer())
      : Buffer.from(text.trim(), "utf8");
  if (octets.length === 0) return { isEmpty: true };
  if (octets.length > longestRequest) return { code: "request_too_large" };
  let answer: CertifyAnswer;
  try {
    const browser = (await browserKey(ticket)) ?? "";
    const request = octets.toString("base64");
    answer = await (await api()).issuing.certify({ ticket, browser, request, origin: "upload" });
  } catch (error) {
    return { ...refusalOf(error), text: shownAgain(text) };
  }
  if (answer.result === "unusable") return { code: answer.code, text: shownAgain(text) };
  if (answer.result === "refused" && isAboutRequest(answer.because)) return { because: answer.because };
  const why = answer.result === "refused" ? "?again=1" : "/request";
  return redirect({ href: `/issue/${ticket}${why}`, locale: await getLocale() });
}

/** Octets that a form may bring, ten times what an RSA-4096 key's request has. */
const longestRequest = 16 * 1024;

type RequestRefusal = NonNullable<RequestState["because"]>;

function isAboutRequest(because: string): because is RequestRefusal {
  return (
    because === "other_key" ||
    because === "not_allowed" ||
    because === "not_issuable" ||
    because === "no_issuer"
  );
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
