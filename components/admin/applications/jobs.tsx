import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/notice.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { ApplicationDetail } from "../answers.ts";
import { JobName } from "../jobs/jobs.tsx";
import { JobState } from "../jobs/waiting.tsx";

type Props = Pick<ApplicationDetail, "id" | "jobs" | "jobsAreElsewhere"> & { labelledBy: string };

/** The workflows of an application; retrying and giving up is done where all of them are. */
export function ApplicationJobs({ id, jobs, jobsAreElsewhere, labelledBy }: Props) {
  const t = useTranslations("Admin.jobs");
  const one = useTranslations("Admin.applications.one.jobs");
  if (jobsAreElsewhere) return <Notice tone="info" title={t("elsewhere")} />;
  if (jobs.length === 0) return <p>{one("none")}</p>;
  return (
    <>
      <ReflowingTable
        labelledBy={labelledBy}
        columns={[t("columns.job"), t("columns.state")]}
        rows={jobs.map((job) => ({
          key: job.id,
          cells: [<JobName key="job" job={job} />, <JobState key="state" job={job} />],
        }))}
      />
      <p>
        <Link className="button button-plain" href={`/admin/jobs?enrollment=${id}`} prefetch={false}>
          {one("open")}
        </Link>
      </p>
    </>
  );
}
