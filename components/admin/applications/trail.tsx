import { useMessages, useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { ApplicationDetail } from "../answers.ts";

type Props = Pick<ApplicationDetail, "id" | "trail"> & { labelledBy: string };
type Words = ReturnType<typeof useMessages>["Audit"];

/** The newest entries of the audit on an application: who did what, as who, and why. */
export function Trail({ id, trail, labelledBy }: Props) {
  const t = useTranslations("Admin.applications.one.trail");
  const { deeds, roles } = useMessages().Audit;
  const deedOf = (word: string) => deeds[word.replace(".", "_") as keyof Words["deeds"]] ?? word;
  return (
    <>
      <ReflowingTable
        labelledBy={labelledBy}
        columns={[t("at"), t("who"), t("deed"), t("reason")]}
        rows={trail.map((entry) => ({
          key: entry.id,
          cells: [
            <Moment key="at" at={entry.at} />,
            <div key="who">
              {entry.who}
              <p className="hint">{roles[entry.role as keyof Words["roles"]] ?? entry.role}</p>
            </div>,
            deedOf(entry.deed),
            entry.reason,
          ],
        }))}
      />
      <p>
        <Link className="button button-plain" href={`/admin/audit?subject=${id}`} prefetch={false}>
          {t("open")}
        </Link>
      </p>
    </>
  );
}
