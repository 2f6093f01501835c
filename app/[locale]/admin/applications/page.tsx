import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ExportForm } from "@/components/admin/find/export-form.tsx";
import { FindForm } from "@/components/admin/find/form.tsx";
import { FoundApplications } from "@/components/admin/find/found.tsx";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { addressOf, textOf } from "../days.ts";
import { orLost, registrar } from "../operator.ts";
import { filterOf, wishOf } from "./wish.ts";

type Query = Record<string, string | string[] | undefined>;
type ApplicationsPageProps = { searchParams: Promise<Query> };

const here = "/admin/applications";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.applications"))("title"), robots: { index: false } };
}

export default async function ApplicationsPage({ searchParams }: ApplicationsPageProps) {
  const admin = await registrar(here);
  const [query, t] = await Promise.all([searchParams, getTranslations("Admin.applications.find")]);
  const wish = wishOf((name) => query[name]);
  const [older, newer] = [textOf(query.older), textOf(query.newer)];
  const found = await orLost(
    admin.applications.search({ ...filterOf(wish), ...(older ? { older } : newer && { newer }) }),
  );
  return (
    <AdminFrame title={(await getTranslations("Admin.applications"))("title")}>
      <p>{t("explanation")}</p>
      <FindForm wish={wish} institutions={found.institutions} />
      <Section id="found" title={t("found")}>
        <FoundApplications applications={found.applications} labelledBy="found" />
        <nav className="actions no-print" aria-label={t("pages")}>
          {found.newer && (
            <Link
              className="button button-plain"
              href={addressOf(here, { ...wish, newer: found.newer })}
              prefetch={false}
            >
              {t("newer")}
            </Link>
          )}
          {found.older && (
            <Link
              className="button button-plain"
              href={addressOf(here, { ...wish, older: found.older })}
              prefetch={false}
            >
              {t("older")}
            </Link>
          )}
        </nav>
        {found.applications.length > 0 && <ExportForm wish={wish} />}
      </Section>
    </AdminFrame>
  );
}
