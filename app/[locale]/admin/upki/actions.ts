"use server";

import { getLocale } from "next-intl/server";
import { redirect } from "@/server/i18n/navigation.ts";
import { orLost, upkiRegistrar } from "../operator.ts";

const here = "/admin/upki";

/** ファイルを作る: of what waits of a kind. */
export async function makeFile(form: FormData): Promise<void> {
  const kind = textOf(form, "kind") as "issue";
  const made = await orLost((await upkiRegistrar(here)).makeFile({ kind }));
  await goTo(here, made ? "file_made" : "nothing_waits");
}

/** サービスが受け付けた, or 送信待ちに戻す. */
export async function settleFile(form: FormData): Promise<void> {
  const as = textOf(form, "as") as "taken";
  const count = await orLost((await upkiRegistrar(here)).settleFile({ upload: textOf(form, "upload"), as }));
  const did = as === "taken" ? "taken" : "put_back";
  await goTo(here, count > 0 ? did : "file_gone", count);
}

/** 一覧と今すぐ比較. */
export async function wantList(): Promise<void> {
  await (await upkiRegistrar(here)).wantList();
  await goTo(here, "list_wanted");
}

/** もう一度読み取る. */
export async function retry(form: FormData): Promise<void> {
  const page = `${here}/dead`;
  const dealt = await orLost((await upkiRegistrar(page)).retry(letterOf(form)));
  await goTo(page, dealt === "done" ? "retried" : dealt);
}

/** この申請のものとして扱う. */
export async function assign(form: FormData): Promise<void> {
  const page = `${here}/dead`;
  const requestId = textOf(form, "request");
  const name = textOf(form, "name");
  const { assign } = await upkiRegistrar(page);
  if (requestId === "") return goTo(page, "none_chosen");
  const dealt = await orLost(assign({ ...letterOf(form), requestId, ...(name && { name }) }));
  await goTo(page, dealt === "done" ? "assigned" : dealt);
}

/** 破棄する. */
export async function discard(form: FormData): Promise<void> {
  const page = `${here}/dead`;
  const dealt = await orLost((await upkiRegistrar(page)).discard(letterOf(form)));
  await goTo(page, dealt === "done" ? "discarded" : dealt);
}

/** 確認済みにする. */
export async function dismiss(form: FormData): Promise<void> {
  const page = `${here}/differences`;
  const dealt = await orLost((await upkiRegistrar(page)).dismiss({ id: textOf(form, "id") }));
  await goTo(page, dealt === "done" ? "dismissed" : dealt);
}

/** 申請を終わらせる. */
export async function endWithoutPin(form: FormData): Promise<void> {
  const page = `${here}/differences`;
  const dealt = await orLost((await upkiRegistrar(page)).endWithoutPin({ id: textOf(form, "id") }));
  await goTo(page, dealt === "done" ? "ended" : dealt);
}

/** 選んだものを取り込む. */
export async function adopt(form: FormData): Promise<void> {
  const page = `${here}/differences`;
  const ids = form.getAll("id").map(String);
  const { adopt } = await upkiRegistrar(page);
  if (ids.length === 0) return goTo(page, "none_chosen");
  const plans = await orLost(adopt({ ids }));
  const count = plans.filter(({ problem }) => problem === null).length;
  await goTo(page, count === ids.length ? "adopted" : "adopted_some", count);
}

function letterOf(form: FormData): { id: string; what: "mail" | "pins" } {
  return { id: textOf(form, "id"), what: textOf(form, "what") as "mail" };
}

function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? "");
}

/** To a page that says what came of it. */
async function goTo(page: string, did: string, count = 0): Promise<void> {
  redirect({
    href: `${page}?${new URLSearchParams({ did, count: String(count) })}`,
    locale: await getLocale(),
  });
}
