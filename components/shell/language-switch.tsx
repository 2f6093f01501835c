"use client";

import { useSearchParams } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { usePathname } from "@/server/i18n/navigation.ts";
import { routing } from "@/server/i18n/routing.ts";

type LanguageSwitchProps = { switchLanguage: (form: FormData) => Promise<void> };

/** The same page in the other language. A form, because the choice is kept for the mails too. */
export function LanguageSwitch({ switchLanguage }: LanguageSwitchProps) {
  const t = useTranslations("Site");
  const current = useLocale();
  const query = useSearchParams().toString();
  const path = usePathname();
  return (
    <form action={switchLanguage} className="language-switch" aria-label={t("language")}>
      <input type="hidden" name="path" value={query ? `${path}?${query}` : path} />
      {routing.locales.map((locale) =>
        locale === current ? (
          <span key={locale} lang={locale} aria-current="true">
            {t(`languages.${locale}`)}
          </span>
        ) : (
          <button key={locale} type="submit" name="locale" value={locale} lang={locale}>
            {t(`languages.${locale}`)}
          </button>
        ),
      )}
    </form>
  );
}
