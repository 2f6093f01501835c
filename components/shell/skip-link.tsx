import { useTranslations } from "next-intl";

export function SkipLink() {
  const t = useTranslations("Site");
  return (
    <a className="skip-link" href="#main">
      {t("skipToMain")}
    </a>
  );
}
