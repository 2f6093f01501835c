import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { InstitutionName } from "@/components/admin/institution-name.tsx";
import { Versions } from "@/components/admin/settings/versions.tsx";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { textOf } from "../../days.ts";
import { orLost, registrar } from "../../operator.ts";

type HistoryPageProps = {
  searchParams: Promise<Partial<Record<"entity" | "before", string | string[]>>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.settings.history"))("title"), robots: { index: false } };
}

/** How the settings of an institution came to be as they are. */
export default async function HistoryPage({ searchParams }: HistoryPageProps) {
  const [query, t] = await Promise.all([searchParams, getTranslations("Admin.settings")]);
  const entityId = typeof query.entity === "string" ? query.entity : "";
  const of = `entity=${encodeURIComponent(entityId)}`;
  const before = /^[1-9]\d{0,8}$/.test(textOf(query.before)) ? Number(query.before) : undefined;
  const admin = await registrar(`/admin/institutions/history?${of}`);
  const found = await orLost(admin.settings.versions({ entityId, ...(before !== undefined && { before }) }));
  return (
    <AdminFrame title={t("history.title")}>
      <p>
        <InstitutionName institution={found.institution} />
      </p>
      <Section id="versions" title={t("history.versions")}>
        <p>{t("history.explanation")}</p>
        <Versions {...found} entityId={entityId} labelledBy="versions" />
        {found.next !== null && (
          <p className="actions no-print">
            <Link
              className="button button-plain"
              href={`/admin/institutions/history?${of}&before=${found.next}`}
              prefetch={false}
            >
              {t("history.older")}
            </Link>
          </p>
        )}
      </Section>
      <p className="actions no-print">
        <Link className="button button-plain" href={`/admin/institutions/settings?${of}`} prefetch={false}>
          {t("history.back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
