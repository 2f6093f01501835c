import { useTranslations } from "next-intl";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { InvitationPlan } from "../answers.ts";

type PlannedLinesProps = { lines: InvitationPlan["wrong"]; of: number; labelledBy: string };

/** Lines of a list as they were given, and what is wrong with them. */
export function PlannedLines({ lines, of, labelledBy }: PlannedLinesProps) {
  const t = useTranslations("Admin.invitations");
  const isWrong = lines.some(({ problem }) => problem !== null);
  const columns = ["line", "eppn", "kind", "months", "mail"] as const;
  return (
    <>
      <ReflowingTable
        labelledBy={labelledBy}
        columns={[
          ...columns.map((column) => t(`columns.${column}`)),
          ...(isWrong ? [t("columns.problem")] : []),
        ]}
        rows={lines.map(({ line, cells: [eppn = "", kind = "", months = "", mail = ""], problem }) => ({
          key: String(line),
          cells: [
            line,
            <span key="eppn" className="entity-id">
              {eppn}
            </span>,
            kind,
            months,
            mail,
            ...(problem ? [t(`problems.${problem}`)] : []),
          ],
        }))}
      />
      {of > lines.length && <p>{t("plan.more", { count: of - lines.length })}</p>}
    </>
  );
}
