import { useLocale, useTranslations } from "next-intl";

/** The way to the federation's own page for choosing an institution. */
export function CentralDiscovery({ to }: { to: string }) {
  const t = useTranslations("Login.central");
  const locale = useLocale();
  return (
    <section className="stack" aria-labelledby="central">
      <h2 id="central">{t("title")}</h2>
      <p>{t("explanation")}</p>
      <form method="post" action="/login/discovery" className="actions">
        <input type="hidden" name="to" value={to} />
        <input type="hidden" name="locale" value={locale} />
        <button type="submit" className="button button-main button-wide">
          {t("go")}
        </button>
      </form>
    </section>
  );
}
