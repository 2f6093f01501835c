import { useMessages, useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { JobRow } from "../answers.ts";
import { JobState } from "./waiting.tsx";

type JobsProps = {
  jobs: readonly JobRow[];
  labelledBy: string;
  /** What of the search goes with each form, so that it comes back to the same page. */
  back: string;
  retry: (form: FormData) => Promise<void>;
};

/** Jobs, the newest first, and what can be done with each. */
export function Jobs({ jobs, labelledBy, back, retry }: JobsProps) {
  const t = useTranslations("Admin.jobs");
  if (jobs.length === 0) return <p>{t("none")}</p>;
  return (
    <ReflowingTable
      labelledBy={labelledBy}
      columns={[t("columns.job"), t("columns.application"), t("columns.state"), t("columns.deeds")]}
      rows={jobs.map((job) => ({
        key: job.id,
        cells: [
          <JobName key="job" job={job} />,
          job.application ? (
            <Link
              key="application"
              className="record-link"
              href={`/admin/applications/${job.application.id}`}
              prefetch={false}
            >
              {t("application", { number: job.application.number, name: job.application.name })}
            </Link>
          ) : (
            t("noApplication")
          ),
          <JobState key="state" job={job} />,
          <Deeds key="deeds" job={job} back={back} retry={retry} />,
        ],
      }))}
    />
  );
}

/** In words, where there are words for it; with the name that the log has. */
export function JobName({ job }: { job: Pick<JobRow, "id" | "function" | "createdAt"> }) {
  const t = useTranslations("Admin.jobs");
  const words = Object.entries(useMessages().Admin.jobs.names);
  const name = words.find(([one]) => job.function === one || job.function.endsWith(`-portal-${one}`))?.[1];
  return (
    <>
      {name ?? job.function}
      <p className="hint">
        {t("since")} <Moment at={job.createdAt} />
      </p>
      {name && <p className="entity-id mono hint">{job.function}</p>}
    </>
  );
}

function Deeds({ job, back, retry }: Pick<JobsProps, "back" | "retry"> & { job: JobRow }) {
  const t = useTranslations("Admin.jobs");
  if (job.status === "failed") {
    return (
      <form action={retry}>
        <input type="hidden" name="id" value={job.id} />
        <input type="hidden" name="back" value={back} />
        <SubmitButton className="button button-plain button-small" pendingLabel={t("working")}>
          {t("retry")}
          <span className="visually-hidden">{job.function}</span>
        </SubmitButton>
      </form>
    );
  }
  if (job.status !== "open") return null;
  return (
    <Link
      className="record-link"
      href={`/admin/jobs/cancel?${new URLSearchParams({ id: job.id, back })}`}
      prefetch={false}
    >
      {t("cancel.title")}
      <span className="visually-hidden">{job.function}</span>
    </Link>
  );
}
