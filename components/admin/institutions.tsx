import { useLocale, useTranslations } from "next-intl";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { InstitutionRow } from "./answers.ts";
import { InstitutionName } from "./institution-name.tsx";
import { Outcome } from "./outcome.tsx";

type InstitutionsProps = { institutions: readonly InstitutionRow[]; labelledBy: string };

/** Institutions, whether they take applications, and the ways to what is set for them. */
export function Institutions({ institutions, labelledBy }: InstitutionsProps) {
  const t = useTranslations("Admin.institutions");
  if (institutions.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[
        t("columns.name"),
        t("columns.members"),
        t("columns.metadata"),
        t("columns.enabled"),
        t("columns.settings"),
      ]}
      rows={institutions.map((institution) => ({
        key: institution.entityId,
        cells: [
          <InstitutionName key="name" institution={institution} />,
          t("people", { count: institution.members }),
          <Outcome key="metadata" isGood={institution.inForce}>
            {t(institution.inForce ? "inForce" : "vanished")}
          </Outcome>,
          <Outcome key="enabled" isGood={institution.isEnabled}>
            {t(institution.isEnabled ? "enabled" : "closed")}
          </Outcome>,
          <Ways key="settings" institution={institution} />,
        ],
      }))}
    />
  );
}

function Ways({ institution: { entityId, nameJa, nameEn } }: { institution: InstitutionRow }) {
  const t = useTranslations("Admin.institutions");
  const name = useLocale() === "ja" ? nameJa : nameEn;
  return (["settings", "history"] as const).map((page) => (
    <p key={page}>
      <Link
        className="record-link"
        href={`/admin/institutions/${page}?entity=${encodeURIComponent(entityId)}`}
        prefetch={false}
      >
        {t(`ways.${page}`)}
        <span className="visually-hidden">{t("changeOf", { name })}</span>
      </Link>
    </p>
  ));
}
