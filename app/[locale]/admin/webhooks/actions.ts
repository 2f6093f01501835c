"use server";

import { getLocale, getTranslations } from "next-intl/server";
import type { ReasonState } from "@/components/admin/reason-form.tsx";
import type { MakeState } from "@/components/admin/webhooks/make-form.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import type { WebhookEvent } from "@/server/webhooks/events.ts";
import { attempt } from "../../(member)/signed-in.ts";
import { orLost, registrar } from "../operator.ts";
import { sentenceOf } from "../refused.ts";

const here = "/admin/webhooks";

/** Webhookを作成する. What was typed comes back through a login that has to be stronger. */
export async function make(_before: MakeState, form: FormData): Promise<MakeState> {
  const typed = {
    institution: textOf(form, "institution"),
    url: textOf(form, "url").trim(),
    events: form.getAll("event").map(String),
    reason: textOf(form, "reason"),
  };
  const refused = (field: "url" | "events" | null, sentence: string): MakeState => ({
    ...typed,
    refused: { field, sentence },
    made: null,
  });
  const t = await getTranslations("Admin.webhooks.refused");
  if (typed.events.length === 0) return refused("events", t("no_events"));
  const query = new URLSearchParams([
    ["institution", typed.institution],
    ["url", typed.url],
    ["reason", typed.reason],
    ...typed.events.map((event) => ["event", event]),
  ]);
  const answer = await attempt(`${here}?${query}`, ({ admin }) =>
    admin.webhooks.make({
      institutionId: typed.institution,
      url: typed.url,
      events: typed.events as WebhookEvent[],
      reason: typed.reason,
    }),
  );
  if ("refused" in answer) return refused(null, await sentenceOf(answer));
  const { done } = answer;
  if ("fault" in done) return refused("url", t(done.fault));
  return { ...typed, refused: null, made: { id: done.made, secret: done.secret } };
}

/** Webhookを終了する. */
export async function end(_before: ReasonState, form: FormData): Promise<ReasonState> {
  const reason = textOf(form, "reason");
  const page = pageOf(form);
  const answer = await attempt(page, ({ admin }) =>
    admin.webhooks.end({ id: textOf(form, "webhook"), reason }),
  );
  if ("refused" in answer) return { reason, refused: await sentenceOf(answer) };
  return redirect({ href: `${page}?did=ended`, locale: await getLocale() });
}

/** テスト送信. */
export async function tryOut(form: FormData): Promise<void> {
  const page = pageOf(form);
  const { webhooks } = await registrar(page);
  const done = await orLost(webhooks.try({ id: textOf(form, "webhook") }));
  const did = done === null ? "over" : done ? "tried" : "tried_lately";
  redirect({ href: `${page}?did=${did}`, locale: await getLocale() });
}

/** もう一度送信する. */
export async function again(form: FormData): Promise<void> {
  const page = pageOf(form);
  const { webhooks } = await registrar(page);
  const ids = { id: textOf(form, "webhook"), deliveryId: textOf(form, "delivery") };
  const did = (await orLost(webhooks.again(ids))) ? "again" : "not_again";
  redirect({ href: `${page}?did=${did}`, locale: await getLocale() });
}

function pageOf(form: FormData): string {
  return `${here}/${encodeURIComponent(textOf(form, "webhook"))}`;
}

function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? "");
}
