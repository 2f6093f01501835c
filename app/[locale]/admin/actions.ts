"use server";

import { getLocale } from "next-intl/server";
import { redirect } from "@/server/i18n/navigation.ts";
import { operator } from "./operator.ts";

/** メタデータを今すぐ確認: the page says what came of it. */
export async function lookNow(): Promise<void> {
  const here = "/admin/federation";
  const { result } = await (await operator(here)).federation.lookNow();
  redirect({ href: `${here}?looked=${result}`, locale: await getLocale() });
}
