import { useTranslations } from "next-intl";
import { StatusBadge } from "@/components/enrollment/status-badge.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import type { Status } from "@/server/enrollment/lifecycle.ts";
import { Link } from "@/server/i18n/navigation.ts";

export const outcomes = ["done", "already", "own", "gone"] as const;
export type Outcome = (typeof outcomes)[number];

type Row = { id: string; outcome: Outcome; named: { number: number; name: string; status: Status } | null };

/** What came of each that was decided just now, and how it stands. */
export function Outcomes({ rows }: { rows: readonly Row[] }) {
  const t = useTranslations("Admin.approvals");
  if (rows.length === 0) return null;
  const done = rows.filter(({ outcome }) => outcome === "done").length;
  return (
    <Notice
      tone={done === rows.length ? "success" : "warning"}
      role="status"
      title={t("decided", { done, count: rows.length })}
    >
      <ul className="bullets">
        {rows.map(({ id, outcome, named }) => (
          <li key={id}>
            {named && (
              <>
                <Link className="record-link" href={`/admin/applications/${id}`} prefetch={false}>
                  {t("named", named)}
                </Link>{" "}
                <StatusBadge status={named.status} />{" "}
              </>
            )}
            {t(`outcomes.${outcome}`)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
