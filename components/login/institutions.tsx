"use client";

import { useLocale, useTranslations } from "next-intl";

export type Institution = { id: string; nameJa: string; nameEn: string };

type InstitutionsProps = { institutions: readonly Institution[]; to: string };

/** Institutions one may log in from: choosing one is posting its form. */
export function Institutions({ institutions, to }: InstitutionsProps) {
  const t = useTranslations("Login");
  const locale = useLocale();
  return (
    <ul className="institutions">
      {institutions.map(({ id, nameJa, nameEn }) => {
        const [name, other] = locale === "ja" ? [nameJa, nameEn] : [nameEn, nameJa];
        return (
          <li key={id}>
            <form method="post" action="/login/start">
              <input type="hidden" name="idp" value={id} />
              <input type="hidden" name="to" value={to} />
              <input type="hidden" name="locale" value={locale} />
              <p>
                <b>{name}</b>
                {other !== name && <small lang={locale === "ja" ? "en" : "ja"}>{other}</small>}
              </p>
              <button type="submit" className="button button-plain">
                {t("choose")}
                <span className="visually-hidden">{t("chooseName", { name })}</span>
              </button>
            </form>
          </li>
        );
      })}
    </ul>
  );
}
