import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import type { EnrollmentDetail } from "@/server/enrollment/views.ts";

/** What happened to the application, the newest first. */
export function History({ entries }: { entries: EnrollmentDetail["history"] }) {
  const t = useTranslations("History");
  return (
    <ol className="timeline" reversed>
      {entries
        .toReversed()
        .map(({ at, deed, detail: { before = "", number = "", reason = "", words = "", by = "" } }) => (
          <li key={`${at.toISOString()} ${deed}`}>
            <Moment at={at} />
            {t(deed, { before, number, reason, by })}
            {words !== "" && ` ${words}`}
          </li>
        ))}
    </ol>
  );
}
