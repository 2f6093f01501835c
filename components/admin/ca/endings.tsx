import { useTranslations } from "next-intl";
import { Day } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import type { Authorities } from "../answers.ts";

type Endings = NonNullable<Authorities["own"]>["endings"];

/** What ends while there is still time to do something, and what that is. */
export function EndingNotices({ endings }: { endings: Endings }) {
  const t = useTranslations("Admin.ca.endings");
  if (endings.length === 0) return <Notice tone="success" title={t("none")} />;
  return endings.map(({ id, what, at }) => (
    <Notice key={`${id} ${what}`} tone="warning" title={t(`${what}.title`, { id })}>
      <p>
        {t("on")} <Day at={at} />
      </p>
      <p>{t(`${what}.what`)}</p>
    </Notice>
  ));
}
