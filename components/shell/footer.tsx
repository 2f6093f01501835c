import { useTranslations } from "next-intl";
import { Contact } from "@/components/ui/contact.tsx";
import { Link } from "@/server/i18n/navigation.ts";

/** `support` is whom to ask about the portal itself, where there is anybody. */
export function Footer({ support }: { support: string | null }) {
  const t = useTranslations("Site");
  return (
    <footer className="site-footer">
      <div className="wrap">
        <Link href="/guide">{t("guide")}</Link>
        <Link href="/guide/verify">{t("verify")}</Link>
        <Link href="/privacy">{t("privacy")}</Link>
        <p>{t("contact")}</p>
        {support && <p>{t.rich("support", { contact: () => <Contact contact={support} /> })}</p>}
      </div>
    </footer>
  );
}
