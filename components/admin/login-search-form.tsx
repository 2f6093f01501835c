import { useTranslations } from "next-intl";
import { useOutcomeWords } from "./outcome-words.ts";
import { DayField, SearchForm } from "./search-fields.tsx";

/** As it stands in the form and in the address. */
export type LoginWish = {
  reference: string;
  institution: string;
  outcome: string;
  from: string;
  to: string;
};

export function LoginSearchForm({ wish }: { wish: LoginWish }) {
  const t = useTranslations("Admin.logins.search");
  const { codes, wordsFor } = useOutcomeWords();
  return (
    <SearchForm find={t("find")}>
      <div className="field">
        <label htmlFor="reference">{t("reference")}</label>
        <input
          id="reference"
          name="reference"
          className="input mono"
          defaultValue={wish.reference}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <div className="field">
        <label htmlFor="institution">{t("institution")}</label>
        <input
          id="institution"
          name="institution"
          className="input"
          defaultValue={wish.institution}
          autoComplete="off"
        />
      </div>
      <div className="field">
        <label htmlFor="outcome">{t("outcome")}</label>
        <select id="outcome" name="outcome" className="select" defaultValue={wish.outcome}>
          <option value="">{t("all")}</option>
          <option value="succeeded">{t("succeeded")}</option>
          <option value="refused">{t("refused")}</option>
          <optgroup label={t("because")}>
            {codes.map((code) => (
              <option key={code} value={code}>
                {wordsFor(code)}
              </option>
            ))}
          </optgroup>
        </select>
      </div>
      <DayField name="from" label={t("from")} value={wish.from} />
      <DayField name="to" label={t("to")} value={wish.to} />
    </SearchForm>
  );
}
