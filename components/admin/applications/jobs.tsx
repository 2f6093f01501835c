import { useTranslations } from "next-intl";
import { Moment } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { ReflowingTable } from "@/components/ui/reflowing-table.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { ApplicationDetail } from "../answers.ts";

type Props = Pick<ApplicationDetail, "id" | "jobs" | "jobsAreElsewhere"> & { labelledBy: string };

/** The workflows of an application; retrying and giving up is done where all of them are. */
export function ApplicationJobs({ id, jobs, jobsAreElsewhere, labelledBy }: Props) {
  const t = useTranslations("Admin.applications.one.jobs");
  if (jobsAreElsewhere) return <Notice tone="info" title={t("elsewhere")} />;
  if (jobs.length === 0) return <p>{t("none")}</p>;
  return (
    <>
      <ReflowingTable
        labelledBy={labelledBy}
        columns={[t("name"), t("status"), t("since"), t("failure")]}
        rows={jobs.map((job) => ({
          key: job.id,
          cells: [
            <span key="name" className="mono" translate="no">
              {job.function}
            </span>,
            t(`statuses.${job.status}`),
            <Moment key="since" at={job.endedAt ?? job.createdAt} />,
            job.failure && (
              <span key="failure" className="entity-id">
                {job.failure}
              </span>
            ),
          ],
        }))}
      />
      <p>
        <Link className="button button-plain" href={`/admin/jobs?enrollment=${id}`} prefetch={false}>
          {t("open")}
        </Link>
      </p>
    </>
  );
}
