import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { OffboardingRow } from "../answers.ts";
import { OwnName } from "../given/own-name.tsx";

type OffboardingsProps = { offboardings: readonly OffboardingRow[]; labelledBy: string };

/** Those that were asked for, the newest first. */
export function Offboardings({ offboardings, labelledBy }: OffboardingsProps) {
  const t = useTranslations("Admin.offboardings");
  if (offboardings.length === 0) return <p>{t("none")}</p>;
  const columns = ["createdAt", "institution", "source", "people", "status"] as const;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={columns.map((column) => t(`columns.${column}`))}
      rows={offboardings.map((one) => ({
        key: one.id,
        cells: [
          <Link key="at" className="record-link" href={`/admin/offboardings/${one.id}`} prefetch={false}>
            <Moment at={one.createdAt} />
          </Link>,
          <OwnName key="institution" institution={one.institution} />,
          t(`sources.${one.source}`),
          t("peopleCount", { count: one.counts.people }),
          <OffboardingState key="status" offboarding={one} />,
        ],
      }))}
    />
  );
}

/** Where it stands, and when it does or did what. */
export function OffboardingState({ offboarding }: { offboarding: OffboardingRow }) {
  const t = useTranslations("Admin.offboardings");
  const { status, dueAt, endedAt, isUndoable } = offboarding;
  if (status === "waiting" && !isUndoable) return t("states.underWay");
  return (
    <>
      {t(`states.${status}`)}
      <p className="hint">
        {status === "waiting" ? t("until") : t("at")} <Moment at={endedAt ?? dueAt} />
      </p>
    </>
  );
}
