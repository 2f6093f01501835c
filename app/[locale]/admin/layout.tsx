import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { AdminNav } from "@/components/admin/nav.tsx";
import { api } from "@/server/api/caller.ts";

const operators = ["federation", "logins", "institutions"] as const;

/** The menu above every page of operators and registrars: what is there for whoever looks. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const [t, { member }] = await Promise.all([
    getTranslations("Admin"),
    api().then(({ session }) => session.me()),
  ]);
  const sections = [
    ...(member?.isOperator ? operators : []),
    ...(member?.isRegistrar ? (["upki"] as const) : []),
  ];
  return (
    <div className="stack">
      <AdminNav label={t("menu")} sections={sections.map((name) => ({ name, title: t(`${name}.title`) }))} />
      {children}
    </div>
  );
}
