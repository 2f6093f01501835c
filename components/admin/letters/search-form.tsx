import { useTranslations } from "next-intl";
import { letterKinds } from "@/server/enrollment/views.ts";

/** As it stands in the form and in the address. */
export type LetterWish = { kind: string; status: string; from: string; to: string };

const statuses = ["waiting", "sent", "failed"] as const;

export function LetterSearchForm({ wish }: { wish: LetterWish }) {
  const t = useTranslations("Admin.letters");
  const kinds = useTranslations("Letter.kinds");
  return (
    <search>
      <form method="get" className="admin-search">
        <div className="field">
          <label htmlFor="kind">{t("columns.kind")}</label>
          <select id="kind" name="kind" className="select" defaultValue={wish.kind}>
            <option value="">{t("all")}</option>
            {letterKinds.map((kind) => (
              <option key={kind} value={kind}>
                {kinds(kind)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="status">{t("columns.status")}</label>
          <select id="status" name="status" className="select" defaultValue={wish.status}>
            <option value="">{t("all")}</option>
            {statuses.map((status) => (
              <option key={status} value={status}>
                {t(`statuses.${status}`)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="from">{t("from")}</label>
          <input id="from" name="from" type="date" className="input" defaultValue={wish.from} />
        </div>
        <div className="field">
          <label htmlFor="to">{t("to")}</label>
          <input id="to" name="to" type="date" className="input" defaultValue={wish.to} />
        </div>
        <div className="actions">
          <button type="submit" className="button button-main">
            {t("find")}
          </button>
        </div>
      </form>
    </search>
  );
}
