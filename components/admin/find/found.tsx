import { useLocale, useTranslations } from "next-intl";
import { StateBadge, StatusBadge } from "@/components/enrollment/status-badge.tsx";
import { Day, Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { FoundApplication } from "../answers.ts";

type FoundApplicationsProps = { applications: readonly FoundApplication[]; labelledBy: string };

/** Applications, the newest first, each a way to all there is of it. */
export function FoundApplications({ applications, labelledBy }: FoundApplicationsProps) {
  const t = useTranslations("Admin.applications.find");
  const kinds = useTranslations("Kind");
  const isJapanese = useLocale() === "ja";
  if (applications.length === 0) return <p>{t("none")}</p>;
  const columns = ["application", "member", "kind", "status", "requestedAt", "notAfter"] as const;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={columns.map((column) => t(`columns.${column}`))}
      rows={applications.map((one) => ({
        key: one.id,
        cells: [
          <Link
            key="application"
            className="record-link"
            href={`/admin/applications/${one.id}`}
            prefetch={false}
            aria-label={t("open", { number: one.number, name: one.name })}
          >
            {one.number}
          </Link>,
          <Who
            key="member"
            name={one.name}
            institution={isJapanese ? one.institution.nameJa : one.institution.nameEn}
            mail={one.mail}
          />,
          kinds(one.kind),
          <div key="status" className="badges">
            <StatusBadge status={one.status} />
            <StateBadge state={one.certificateState} />
          </div>,
          <Moment key="requestedAt" at={one.requestedAt} />,
          one.notAfter && <Day key="notAfter" at={one.notAfter} />,
        ],
      }))}
    />
  );
}

function Who({ name, institution, mail }: { name: string; institution: string; mail: string }) {
  return (
    <>
      {name}
      <span className="hint entity-id">{institution}</span>
      <span className="hint entity-id">{mail}</span>
    </>
  );
}
