import { useLocale, useTranslations } from "next-intl";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { OffboardingLine, OffboardingRow } from "../answers.ts";

type ReportLinesProps = {
  lines: readonly OffboardingLine[];
  status: OffboardingRow["status"];
  labelledBy: string;
};

/** Each line of the list, and what came of it. */
export function ReportLines({ lines, status, labelledBy }: ReportLinesProps) {
  const t = useTranslations("Admin.offboardings");
  const isJapanese = useLocale() === "ja";
  const columns = ["line", "eppn", "name", "result"] as const;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={columns.map((column) => t(`columns.${column}`))}
      rows={lines.map(({ line, asked, name, ended, failed }) => ({
        key: String(line),
        cells: [
          line,
          <span key="eppn" className="entity-id">
            {asked}
          </span>,
          name ? (isJapanese && name.displayNameJa) || name.displayName : null,
          <div key="result">
            {!name && <p>{t("results.notFound")}</p>}
            {ended.length > 0 && <p>{t("results.ended", { numbers: ended.join(", ") })}</p>}
            {failed.length > 0 && <p>{t("results.failed", { numbers: failed.join(", ") })}</p>}
            {name && ended.length + failed.length === 0 && (
              <p>{t(status === "done" ? "results.nothing" : "results.notYet")}</p>
            )}
          </div>,
        ],
      }))}
    />
  );
}
