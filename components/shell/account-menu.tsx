import { useLocale, useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icons.tsx";
import { languageOf } from "@/components/ui/language.ts";
import { Link } from "@/server/i18n/navigation.ts";

export type SignedIn = {
  displayName: string;
  displayNameJa: string | null;
  institutionJa: string;
  institutionEn: string;
  mails: readonly string[];
  isOperator: boolean;
  isRegistrar: boolean;
};

/** Whose applications these are, and the way out. */
export function AccountMenu({ member }: { member: SignedIn }) {
  const t = useTranslations("Site");
  const locale = useLocale();
  const isJapanese = locale === "ja";
  const name = (isJapanese && member.displayNameJa) || member.displayName;
  const institution = isJapanese ? member.institutionJa : member.institutionEn;
  return (
    <>
      <p className="who">
        <Icon name="person" />
        <span>
          {t("user")} <b lang={languageOf(name)}>{name}</b>
          <small lang={languageOf(institution)}>{institution}</small>
        </span>
      </p>
      <details className="account">
        <summary>
          {t("accountMenu")}
          <Icon name="down" />
        </summary>
        <div className="account-menu">
          <p>{t("signedInAs", { institution })}</p>
          {member.mails.map((mail) => (
            <p key={mail}>{mail}</p>
          ))}
          <Link href="/login/attributes" prefetch={false} className="button button-plain button-small w-full">
            {t("attributes")}
          </Link>
          {(member.isOperator || member.isRegistrar) && (
            <Link href="/admin" prefetch={false} className="button button-plain button-small w-full">
              {t(member.isOperator ? "operators" : "registrars")}
            </Link>
          )}
          <form method="post" action="/logout">
            <input type="hidden" name="locale" value={locale} />
            <button type="submit" className="button button-plain button-small w-full">
              {t("logout")}
            </button>
            <button
              type="submit"
              name="everywhere"
              value="yes"
              className="button button-plain button-small w-full"
            >
              {t("logoutEverywhere")}
            </button>
          </form>
        </div>
      </details>
    </>
  );
}
