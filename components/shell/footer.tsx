import { useTranslations } from "next-intl";
import { Link } from "@/server/i18n/navigation.ts";

/** `support` is whom to ask about the portal itself, where there is anybody. */
export function Footer({ support }: { support: string | null }) {
  const t = useTranslations("Site");
  return (
    <footer className="site-footer">
      <div className="wrap">
        <Link href="/guide">{t("guide")}</Link>
        <Link href="/privacy">{t("privacy")}</Link>
        <p>{t("contact")}</p>
        {support && <p>{t("support", { contact: support })}</p>}
      </div>
    </footer>
  );
}
