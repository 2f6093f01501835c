import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import type { JobRow } from "../answers.ts";
import { Outcome } from "../outcome.tsx";

const events = {
  "enrollment/order.changed": "order_changed",
  "enrollment/revoked": "revoked",
} as const;

/** How a job stands: what it waits for and until when, or why it failed. */
export function JobState({ job }: { job: JobRow }) {
  const t = useTranslations("Admin.jobs");
  const { status, waiting, endedAt, failure } = job;
  if (status === "open" && waiting) return <Open waiting={waiting} />;
  return (
    <>
      {status === "cancelled" || status === "open" ? (
        t(`statuses.${status}`)
      ) : (
        <Outcome isGood={status === "done"}>{t(`statuses.${status}`)}</Outcome>
      )}
      {endedAt && (
        <p>
          <Moment at={endedAt} />
        </p>
      )}
      {failure && <p className="entity-id mono hint">{failure}</p>}
    </>
  );
}

function Open({ waiting }: { waiting: NonNullable<JobRow["waiting"]> }) {
  const t = useTranslations("Admin.jobs");
  const until = "until" in waiting ? waiting.until : null;
  return (
    <>
      <p>{t("statuses.open")}</p>
      <p>
        <Words waiting={waiting} />
      </p>
      {until && (
        <p className="hint">
          {t(waiting.for === "event" ? "atLatest" : "next")} <Moment at={until} />
        </p>
      )}
    </>
  );
}

function Words({ waiting }: { waiting: NonNullable<JobRow["waiting"]> }) {
  const t = useTranslations("Admin.jobs.waiting");
  if (waiting.for === "retry") return t("retry", { count: waiting.failures });
  if (waiting.for !== "event") return t(waiting.for);
  const known = Object.entries(events).find(([name]) => name === waiting.event)?.[1];
  return known ? t(`events.${known}`) : t("event", { event: waiting.event });
}
