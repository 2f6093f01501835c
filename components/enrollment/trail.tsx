import { useMessages, useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import type { api } from "@/server/api/caller.ts";

type Entries = Awaited<ReturnType<Awaited<ReturnType<typeof api>>["enrollment"]["trail"]>>;
type Words = ReturnType<typeof useMessages>["Audit"];

/** アクセスと操作の記録: who saw the application, who did what with it, and from where; the newest first. */
export function Trail({ entries, labelledBy }: { entries: Entries; labelledBy: string }) {
  const t = useTranslations("Detail.trail.columns");
  const { deeds, roles, you } = useMessages().Audit;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("at"), t("who"), t("what"), t("from")]}
      rows={entries.map(({ id, at, deed, role, from, own }) => ({
        key: id,
        cells: [
          <Moment key="at" at={at} />,
          own ? you : (roles[role as keyof Words["roles"]] ?? role),
          deeds[deed.replace(".", "_") as keyof Words["deeds"]] ?? deed,
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
