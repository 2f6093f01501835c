import { useTranslations } from "next-intl";
import { FieldError } from "@/components/ui/field-error.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { PlanPage } from "../answers.ts";
import { InstitutionName } from "../institution-name.tsx";
import { Differences } from "./differences.tsx";
import { useFaultWords } from "./words.ts";

/** What a file would change of each institution, and what is wrong with it; afterwards, what it has changed. */
export function Plan({ plan, labelledBy }: { plan: PlanPage; labelledBy: string }) {
  const t = useTranslations("Admin.settings.plan");
  if (plan.rows.length === 0) return <p>{t("nothing")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("columns.institution"), t("columns.line"), t("columns.changes")]}
      rows={plan.rows.map((row) => ({
        key: String(row.line),
        cells: [
          <InstitutionName key="institution" institution={row} />,
          t("line", { line: row.line }),
          <Row key="changes" row={row} isDone={plan.appliedAt !== null} />,
        ],
      }))}
    />
  );
}

function Row({ row, isDone }: { row: PlanPage["rows"][number]; isDone: boolean }) {
  const t = useTranslations("Admin.settings");
  const faultWords = useFaultWords();
  const of = `entity=${encodeURIComponent(row.entityId)}`;
  return (
    <>
      {row.faults.map((fault) => (
        <FieldError
          key={`${fault.setting} ${fault.rule}`}
          sentence={
            fault.setting
              ? t("plan.fault", { name: t(`fields.${fault.setting}.label`), fault: faultWords(fault) })
              : faultWords(fault)
          }
        />
      ))}
      {row.differences.length > 0 && <Differences differences={row.differences} />}
      {isDone && (
        <Link className="record-link" href={`/admin/institutions/history?${of}`} prefetch={false}>
          {t("plan.done", { version: row.version + 1 })}
        </Link>
      )}
    </>
  );
}
