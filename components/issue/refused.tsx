import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";

export type RefusedBecause = "unknown" | "used" | "lapsed" | "withdrawn" | "locked";

/** Why this URL leads no further, and what to do. */
export function Refused({ because }: { because: RefusedBecause }) {
  const t = useTranslations("Issue.refused");
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <Notice tone={because === "used" ? "info" : "warning"} title={t(`${because}.happened`)}>
        <p>{t(`${because}.toDo`)}</p>
      </Notice>
      {because === "used" && <p>{t("used.suspicion")}</p>}
      <p className="actions">
        <Link className="button button-main" href="/certs">
          {t("toPortal")}
        </Link>
      </p>
    </div>
  );
}
