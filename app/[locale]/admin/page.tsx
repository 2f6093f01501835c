import { getLocale } from "next-intl/server";
import { redirect } from "@/server/i18n/navigation.ts";
import { operator } from "./operator.ts";

/** The first of the operators' pages. */
export default async function AdminPage() {
  await operator("/admin");
  redirect({ href: "/admin/federation", locale: await getLocale() });
}
