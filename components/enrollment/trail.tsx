import { useTranslations } from "next-intl";
import { useAuditWords } from "@/components/audit/words.ts";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { api } from "@/server/api/caller.ts";

type Entries = Awaited<ReturnType<Awaited<ReturnType<typeof api>>["enrollment"]["trail"]>>;

/** アクセスと操作の記録: who saw the application, who did what with it, and from where; the newest first. */
export function Trail({ entries, labelledBy }: { entries: Entries; labelledBy: string }) {
  const t = useTranslations("Detail.trail.columns");
  const you = useTranslations("Audit")("you");
  const { deedWord, roleWord } = useAuditWords();
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("at"), t("who"), t("what"), t("from")]}
      rows={entries.map(({ id, at, deed, role, from, own }) => ({
        key: id,
        cells: [
          <Moment key="at" at={at} />,
          own ? you : roleWord(role),
          deedWord(deed),
          from ? (
            <code key="from" className="mono">
              {from}
            </code>
          ) : (
            "–"
          ),
        ],
      }))}
    />
  );
}
