import { useLocale, useTranslations } from "next-intl";

/** CSV of all that the search shows, on all its pages. Posted: what was looked for is in no log of addresses. */
export function ExportForm({ wish }: { wish: Readonly<Record<string, string>> }) {
  const t = useTranslations("Admin.applications.find.export");
  return (
    <form method="post" action={`/${useLocale()}/admin/applications/export`} className="stack no-print">
      {Object.entries(wish).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <p className="hint" id="export-hint">
        {t("explanation")}
      </p>
      <p className="actions">
        <button type="submit" className="button button-plain" aria-describedby="export-hint">
          {t("button")}
        </button>
      </p>
    </form>
  );
}
