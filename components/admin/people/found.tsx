import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { FoundPerson } from "../answers.ts";
import { InstitutionName } from "../institution-name.tsx";

/** People whom a search found. */
export function FoundPeople({ people, labelledBy }: { people: readonly FoundPerson[]; labelledBy: string }) {
  const t = useTranslations("Admin.people");
  if (people.length === 0) return <p>{t("nobody")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("columns.person"), t("columns.role"), t("columns.institution"), t("columns.lastLogin")]}
      rows={people.map(({ memberId, name, eppn, roles, institution, lastLoginAt }) => ({
        key: memberId,
        cells: [
          <div key="person">
            <Link className="record-link" href={`/admin/people/${memberId}`} prefetch={false}>
              {name}
            </Link>
            {eppn && <span className="entity-id hint">{eppn}</span>}
          </div>,
          roles.length > 0 ? roles.map((role) => t(`roles.${role}.name`)).join(t("and")) : t("member"),
          <InstitutionName key="institution" institution={institution} />,
          <Moment key="login" at={lastLoginAt} />,
        ],
      }))}
    />
  );
}
