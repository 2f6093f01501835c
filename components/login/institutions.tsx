"use client";

import { useLocale, useTranslations } from "next-intl";

/** An institution in the reader's language. */
export type Institution = {
  id: string;
  name: string;
  /** Its name in the other language, if it has another there. */
  other: string | null;
  logo: string | null;
  /** False: its metadata do not say all that a login needs. */
  usable: boolean;
};

type InstitutionsProps = {
  institutions: readonly Institution[];
  to: string;
  /** Just before the browser leaves for the institution. */
  onChoose?: () => void;
};

/** Institutions one may log in from: choosing one is posting the form by its button. */
export function Institutions({ institutions, to, onChoose }: InstitutionsProps) {
  const t = useTranslations("Login");
  const locale = useLocale();
  const withLogos = institutions.some(({ logo }) => logo);
  return (
    <form method="post" action="/login/start" onSubmit={onChoose}>
      <input type="hidden" name="to" value={to} />
      <input type="hidden" name="locale" value={locale} />
      <ul className="institutions">
        {institutions.map(({ id, name, other, logo, usable }) => (
          <li key={id}>
            {withLogos && (
              <span className="institution-logo">
                {logo && (
                  // biome-ignore lint/performance/noImgElement: they are at other sites, which must not learn more than they have to
                  <img src={logo} alt="" width={40} height={40} loading="lazy" referrerPolicy="no-referrer" />
                )}
              </span>
            )}
            <p>
              <b>{name}</b>
              {other && <small lang={locale === "ja" ? "en" : "ja"}>{other}</small>}
              {!usable && <small className="block">{t("unusable")}</small>}
            </p>
            {usable && (
              <button type="submit" name="idp" value={id} className="button button-plain">
                {t("choose")}
                <span className="visually-hidden">{t("chooseName", { name })}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </form>
  );
}
