import { useTranslations } from "next-intl";
import { Link } from "@/server/i18n/navigation.ts";
import { AccountMenu, type SignedIn } from "./account-menu.tsx";
import { LanguageSwitch } from "./language-switch.tsx";
import { SiteSection } from "./site-section.tsx";

type HeaderProps = { member: SignedIn | null; switchLanguage: (form: FormData) => Promise<void> };

export function Header({ member, switchLanguage }: HeaderProps) {
  const t = useTranslations("Site");
  return (
    <header className="site-header">
      <div className="wrap">
        <SiteSection
          issuing={<p className="site-title">{t("issuingTitle")}</p>}
          portal={
            <p className="site-title">
              <Link href={member ? "/certs" : "/"}>{t("title")}</Link>
            </p>
          }
        />
        <div className="site-tools">
          <LanguageSwitch switchLanguage={switchLanguage} />
          <SiteSection issuing={null} portal={member && <AccountMenu member={member} />} />
        </div>
      </div>
    </header>
  );
}
