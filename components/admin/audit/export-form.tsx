import { useTranslations } from "next-intl";

/** The days whose entries are wanted as a file. */
export function ExportForm({ action }: { action: string }) {
  const t = useTranslations("Admin.audit.export");
  return (
    <form method="post" action={action} className="admin-search">
      <p className="col-span-full">
        {t.rich("explanation", { code: (text) => <code className="mono">{text}</code> })}
      </p>
      <div className="field">
        <label htmlFor="export-from">{t("from")}</label>
        <input id="export-from" name="from" type="date" className="input" required />
      </div>
      <div className="field">
        <label htmlFor="export-to">{t("to")}</label>
        <input id="export-to" name="to" type="date" className="input" required />
      </div>
      <div className="actions">
        <button type="submit" className="button button-plain">
          {t("button")}
        </button>
      </div>
    </form>
  );
}
