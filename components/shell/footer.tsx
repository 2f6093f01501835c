import { useTranslations } from "next-intl";
import { Link } from "@/server/i18n/navigation.ts";

export function Footer() {
  const t = useTranslations("Site");
  return (
    <footer className="site-footer">
      <div className="wrap">
        <Link href="/guide">{t("guide")}</Link>
        <p>{t("contact")}</p>
      </div>
    </footer>
  );
}
