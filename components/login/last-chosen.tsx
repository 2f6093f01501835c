import { useLocale, useTranslations } from "next-intl";
import { type Institution, Institutions } from "./institutions.tsx";

type LastChosenProps = { institutions: readonly Institution[]; to: string; q: string };

/** The institutions that this browser chose before, and how it forgets them. */
export function LastChosen({ institutions, to, q }: LastChosenProps) {
  const t = useTranslations("Login");
  const locale = useLocale();
  return (
    <section className="stack" aria-labelledby="last">
      <h2 id="last">{t("last")}</h2>
      <Institutions institutions={institutions} to={to} />
      <form method="post" action="/login/forget" className="forget">
        <input type="hidden" name="to" value={to} />
        <input type="hidden" name="locale" value={locale} />
        <input type="hidden" name="q" value={q} />
        <p className="hint" id="forget-hint">
          {t("forgetHint")}
        </p>
        <button type="submit" className="button button-plain" aria-describedby="forget-hint">
          {t("forget")}
        </button>
      </form>
    </section>
  );
}
