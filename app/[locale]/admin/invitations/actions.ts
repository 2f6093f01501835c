"use server";

import { getLocale } from "next-intl/server";
import { redirect } from "@/server/i18n/navigation.ts";
import { attempt } from "../../(member)/signed-in.ts";
import { orLost, registrar } from "../operator.ts";

const path = "/admin/invitations";

/** 一括発行を登録. */
export async function make(form: FormData): Promise<void> {
  const id = String(form.get("list") ?? "");
  const here = `${path}/lists/${encodeURIComponent(id)}`;
  const answer = await attempt(here, ({ admin }) => admin.invitations.make({ id }));
  const locale = await getLocale();
  if ("refused" in answer) return redirect({ href: `${here}?did=refused`, locale });
  const did = answer.done.already ? "already" : "made";
  redirect({ href: `${path}/${id}?did=${did}&count=${answer.done.made}`, locale });
}

/** 取り消す: one line, or all that still wait. */
export async function cancel(form: FormData): Promise<void> {
  const batch = String(form.get("batch") ?? "");
  const id = String(form.get("id") ?? "");
  const here = `${path}/${encodeURIComponent(batch)}`;
  const { invitations } = await registrar(here);
  const count = await orLost(invitations.cancel({ batch, ...(id && { id }) }));
  const did = count > 0 ? "cancelled" : "nothing_waits";
  redirect({ href: `${here}?did=${did}&count=${count}`, locale: await getLocale() });
}
