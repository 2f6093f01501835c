import { useTranslations } from "next-intl";
import { Day } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { Holding } from "../answers.ts";
import { InstitutionName } from "../institution-name.tsx";

/** Who holds, or held, which role, since when and until when. */
export function Holdings({ roles, labelledBy }: { roles: readonly Holding[]; labelledBy: string }) {
  const t = useTranslations("Admin.people");
  if (roles.length === 0) return <p>{t("noRoles")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[
        t("columns.person"),
        t("columns.role"),
        t("columns.institution"),
        t("columns.since"),
        t("columns.until"),
      ]}
      rows={roles.map((held) => ({
        key: held.id,
        cells: [
          <div key="person">
            <Link className="record-link" href={`/admin/people/${held.memberId}`} prefetch={false}>
              {held.name}
            </Link>
            {held.eppn && <span className="entity-id hint">{held.eppn}</span>}
          </div>,
          <span key="role" className="whitespace-nowrap">
            {t(`roles.${held.role}.name`)}
          </span>,
          <InstitutionName key="institution" institution={held.institution} />,
          <Since key="since" held={held} />,
          <span key="until" className="whitespace-nowrap">
            {held.expiresAt ? <Day at={held.expiresAt} /> : t("noEnd")}
          </span>,
        ],
      }))}
    />
  );
}

/** When it began, and whose doing it was. */
export function Since({ held }: { held: Pick<Holding, "grantedAt" | "source" | "grantedBy"> }) {
  const t = useTranslations("Admin.people");
  const { grantedAt, source, grantedBy } = held;
  return (
    <>
      <Day at={grantedAt} />
      <p className="hint">
        {source === "stated"
          ? t("stated")
          : grantedBy === null
            ? t("byCommand")
            : t("by", { name: grantedBy })}
      </p>
    </>
  );
}
