import { useLocale, useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icons.tsx";

export type SignedIn = {
  displayName: string;
  displayNameJa: string | null;
  institutionJa: string;
  institutionEn: string;
  mails: readonly string[];
};

/** Whose applications these are, and the way out. */
export function AccountMenu({ member }: { member: SignedIn }) {
  const t = useTranslations("Site");
  const isJapanese = useLocale() === "ja";
  return (
    <details className="account">
      <summary>
        <Icon name="person" />
        <span>
          <span className="visually-hidden">{t("user")}</span>
          <b>{(isJapanese && member.displayNameJa) || member.displayName}</b>
          <span>{t("accountMenu")}</span>
        </span>
        <Icon name="down" />
      </summary>
      <div className="account-menu">
        <p>{isJapanese ? member.institutionJa : member.institutionEn}</p>
        {member.mails.map((mail) => (
          <p key={mail}>{mail}</p>
        ))}
        <form method="post" action="/logout">
          <input type="hidden" name="locale" value={useLocale()} />
          <button type="submit" className="button button-plain button-small w-full">
            {t("logout")}
          </button>
        </form>
      </div>
    </details>
  );
}
