import { useTranslations } from "next-intl";
import { useAuditWords } from "@/components/audit/words.ts";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { ApplicationDetail } from "../answers.ts";

type Props = Pick<ApplicationDetail, "id" | "trail"> & { labelledBy: string };

/** The newest entries of the audit on an application: who did what, as who, and why. */
export function Trail({ id, trail, labelledBy }: Props) {
  const t = useTranslations("Admin.applications.one.trail");
  const { deedWord, roleWord } = useAuditWords();
  return (
    <>
      <ReflowingTable
        labelledBy={labelledBy}
        columns={[t("at"), t("who"), t("deed"), t("reason")]}
        rows={trail.map(({ id: key, at, who, role, deed, reason }) => ({
          key,
          cells: [
            <Moment key="at" at={at} />,
            <div key="who">
              {who}
              <p className="hint">{roleWord(role)}</p>
            </div>,
            deedWord(deed),
            reason,
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
