import { getLocale } from "next-intl/server";
import { redirect } from "@/server/i18n/navigation.ts";
import { signedIn } from "../(member)/signed-in.ts";
import { lost } from "../lost.ts";

/** The first of the pages that are there for whoever looks. */
export default async function AdminPage() {
  const { member } = await (await signedIn("/admin")).session.me();
  const locale = await getLocale();
  if (member?.isOperator) redirect({ href: "/admin/federation", locale });
  if (member?.isRegistrar) redirect({ href: "/admin/upki", locale });
  return lost();
}
