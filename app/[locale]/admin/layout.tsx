import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { AdminNav } from "@/components/admin/nav.tsx";
import { api } from "@/server/api/caller.ts";

/** What there is for registrars, and what for operators only. */
const groups = {
  applications: {
    registrar: ["overview", "applications", "approvals", "invitations", "offboardings"],
    operator: [],
  },
  institutions: { registrar: ["institutions", "people", "tokens", "webhooks"], operator: [] },
  running: { registrar: ["letters", "jobs", "audit"], operator: ["federation", "logins", "ca"] },
} as const;
const names = ["applications", "institutions", "running"] as const;

/** The menu above every page of operators and registrars: what is there for whoever looks. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const [t, { member }] = await Promise.all([
    getTranslations("Admin"),
    api().then(({ session }) => session.me()),
  ]);
  const sectionsOf = (group: (typeof names)[number]) => [
    ...(member?.isRegistrar ? groups[group].registrar : []),
    ...(group === "running" && member?.isRegistrar && member.hasUpki ? (["upki"] as const) : []),
    ...(member?.isOperator ? groups[group].operator : []),
  ];
  return (
    <div className="stack">
      <AdminNav
        label={t("menu")}
        groups={names.map((group) => ({
          name: group,
          title: t(`groups.${group}`),
          sections: sectionsOf(group).map((name) => ({ name, title: t(`${name}.title`) })),
        }))}
      />
      {children}
    </div>
  );
}
