import { useLocale, useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { WaitingApproval } from "../answers.ts";

/** What waits for a registrar, to be ticked; the next page asks once more what to do with those. */
export function WaitingApprovals({ rows }: { rows: readonly WaitingApproval[] }) {
  const t = useTranslations("Admin.approvals");
  const kinds = useTranslations("Kind");
  const locale = useLocale();
  return (
    <form method="get" action={`/${locale}/admin/approvals/decide`} className="stack">
      <ReflowingTable
        labelledBy="waiting"
        columns={[t("columns.member"), t("columns.institution"), t("columns.asked"), t("columns.since")]}
        rows={rows.map((row) => ({
          key: row.id,
          cells: [
            <Chosen key="member" row={row} />,
            locale === "ja" ? row.institution.nameJa : row.institution.nameEn,
            <div key="asked">
              {kinds("withMonths", { kind: kinds(row.kind), months: row.months })}
              <p className="hint entity-id">{row.mail}</p>
              <Link className="record-link" href={`/admin/applications/${row.id}`} prefetch={false}>
                {t("open", { number: row.number })}
                <span className="visually-hidden">{row.name}</span>
              </Link>
            </div>,
            <Moment key="since" at={row.requestedAt} />,
          ],
        }))}
      />
      <div className="actions">
        <button type="submit" name="do" value="approve" className="button button-main">
          {t("approveChosen")}
        </button>
        <button type="submit" name="do" value="decline" className="button button-grave-plain">
          {t("declineChosen")}
        </button>
      </div>
    </form>
  );
}

function Chosen({ row }: { row: WaitingApproval }) {
  const t = useTranslations("Admin.approvals");
  const who = (
    <span>
      {row.name}
      {row.nameLatin !== row.name && ` (${row.nameLatin})`}
      <span className="hint entity-id">{row.eppn}</span>
    </span>
  );
  if (row.isOwn) {
    return (
      <>
        {who}
        <p className="hint">{t("own")}</p>
      </>
    );
  }
  return (
    <label className="choice">
      <input type="checkbox" name="id" value={row.id} />
      {who}
    </label>
  );
}
