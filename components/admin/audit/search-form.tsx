import { useMessages, useTranslations } from "next-intl";
import { auditDeeds } from "@/server/audit/deeds.ts";

/** As it stands in the form and in the address. */
export type AuditWish = { deed: string; person: string; subject: string; from: string; to: string };

export function AuditSearchForm({ wish }: { wish: AuditWish }) {
  const t = useTranslations("Admin.audit");
  const { deeds } = useMessages().Audit;
  return (
    <search>
      <form method="get" className="admin-search">
        <div className="field">
          <label htmlFor="deed">{t("fields.deed")}</label>
          <select id="deed" name="deed" className="select" defaultValue={wish.deed}>
            <option value="">{t("all")}</option>
            {auditDeeds.map((deed) => (
              <option key={deed} value={deed}>
                {deeds[deed.replace(".", "_") as keyof typeof deeds] ?? deed}
              </option>
            ))}
          </select>
        </div>
        {(["person", "subject"] as const).map((name) => (
          <div key={name} className="field">
            <label htmlFor={name}>{t(`fields.${name}`)}</label>
            <input id={name} name={name} className="input" defaultValue={wish[name]} autoComplete="off" />
          </div>
        ))}
        {(["from", "to"] as const).map((name) => (
          <div key={name} className="field">
            <label htmlFor={name}>{t(`fields.${name}`)}</label>
            <input id={name} name={name} type="date" className="input" defaultValue={wish[name]} />
          </div>
        ))}
        <div className="actions">
          <button type="submit" className="button button-main">
            {t("find")}
          </button>
        </div>
      </form>
    </search>
  );
}
