import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";

type WithoutScriptProps = { isCertified: boolean; isServerAllowed: boolean };

/** What holds where a browser runs no scripts, and so makes no keys. */
export function WithoutScript({ isCertified, isServerAllowed }: WithoutScriptProps) {
  const t = useTranslations("Issue.own.noScript");
  return (
    <div className="without-script">
      {isServerAllowed && !isCertified ? (
        <Notice tone="info" title={t("title")}>
          <p>{t("server")}</p>
        </Notice>
      ) : (
        <Notice tone="error" title={t("forbiddenTitle")}>
          <p>{t(isCertified ? "issued" : "forbidden")}</p>
        </Notice>
      )}
    </div>
  );
}
