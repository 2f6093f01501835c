import { useLocale, useTranslations } from "next-intl";
import type { InstitutionChoice } from "./answers.ts";

type InstitutionSelectProps = { institutions: readonly InstitutionChoice[]; chosen: string };

/** Of the institutions that somebody looks after, one or all; who looks after one alone has nothing to choose. */
export function InstitutionSelect({ institutions, chosen }: InstitutionSelectProps) {
  const t = useTranslations("Admin.institutionSelect");
  const isJapanese = useLocale() === "ja";
  if (institutions.length < 2) return null;
  return (
    <div className="field">
      <label htmlFor="institution">{t("label")}</label>
      <select id="institution" name="institution" className="select" defaultValue={chosen}>
        <option value="">{t("all")}</option>
        {institutions.map(({ id, nameJa, nameEn }) => (
          <option key={id} value={id}>
            {isJapanese ? nameJa : nameEn}
          </option>
        ))}
      </select>
    </div>
  );
}
