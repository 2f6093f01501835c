import { useTranslations } from "next-intl";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { InstitutionRow } from "./answers.ts";
import { InstitutionName } from "./institution-name.tsx";
import { Outcome } from "./outcome.tsx";

type InstitutionsProps = { institutions: readonly InstitutionRow[]; labelledBy: string };

/** Institutions, what each asks for, and the way to change it. */
export function Institutions({ institutions, labelledBy }: InstitutionsProps) {
  const t = useTranslations("Admin.institutions");
  if (institutions.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("columns.name"), t("columns.members"), t("columns.metadata"), t("columns.policy")]}
      rows={institutions.map((institution) => ({
        key: institution.entityId,
        cells: [
          <InstitutionName key="name" institution={institution} />,
          t("people", { count: institution.members }),
          <Outcome key="metadata" isGood={institution.inForce}>
            {t(institution.inForce ? "inForce" : "vanished")}
          </Outcome>,
          <PolicyLink key="policy" institution={institution} />,
        ],
      }))}
    />
  );
}

function PolicyLink({ institution: { entityId, nameJa, policy } }: { institution: InstitutionRow }) {
  const t = useTranslations("Admin.institutions");
  const { aal2For, ial2For } = policy;
  return (
    <>
      <p>
        {aal2For.length + ial2For.length === 0
          ? t("open")
          : t("asked", { aal2: aal2For.length, ial2: ial2For.length })}
      </p>
      <Link
        className="record-link"
        href={`/admin/institutions/policy?entity=${encodeURIComponent(entityId)}`}
        prefetch={false}
      >
        {t("change")}
        <span className="visually-hidden">{t("changeOf", { name: nameJa })}</span>
      </Link>
    </>
  );
}
