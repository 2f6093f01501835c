import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Jobs } from "@/components/admin/jobs/jobs.tsx";
import { Pager } from "@/components/admin/pager.tsx";
import { SearchForm } from "@/components/admin/search-fields.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { addressOf, textOf } from "../days.ts";
import { orLost, registrar } from "../operator.ts";
import { retry } from "./actions.ts";

type Query = Record<"status" | "enrollment" | "before" | "did", string | string[] | undefined>;
type JobsPageProps = { searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.jobs"))("title"), robots: { index: false } };
}

const statuses = ["open", "failed", "done", "cancelled"] as const;
const deeds = ["retried", "cancelled", "gone"] as const;

export default async function JobsPage({ searchParams }: JobsPageProps) {
  const admin = await registrar("/admin/jobs");
  const [query, t] = await Promise.all([searchParams, getTranslations("Admin.jobs")]);
  const status = statuses.find((one) => one === query.status);
  const [enrollment, before] = [textOf(query.enrollment), textOf(query.before)];
  const did = deeds.find((one) => one === query.did);
  const wish = { status: status ?? "", enrollment };
  const { jobs, next, elsewhere } = await orLost(
    admin.jobs.search({
      ...(status && { status }),
      ...(enrollment && { enrollment }),
      ...(before && { before }),
    }),
  );
  return (
    <AdminFrame title={t("title")}>
      {did && <Notice tone={did === "gone" ? "info" : "success"} role="status" title={t(`did.${did}`)} />}
      <p>{t("explanation")}</p>
      {elsewhere && (
        <Notice tone="info" title={t("elsewhere")}>
          <p>
            <a href={elsewhere}>{elsewhere}</a>
          </p>
        </Notice>
      )}
      <SearchForm find={t("find")}>
        {enrollment && <input type="hidden" name="enrollment" value={enrollment} />}
        <div className="field">
          <label htmlFor="status">{t("columns.state")}</label>
          <select id="status" name="status" className="select" defaultValue={status ?? ""}>
            <option value="">{t("all")}</option>
            {statuses.map((one) => (
              <option key={one} value={one}>
                {t(`statuses.${one}`)}
              </option>
            ))}
          </select>
        </div>
      </SearchForm>
      <Section id="jobs" title={t(enrollment ? "ofOne" : "found")}>
        <Jobs jobs={jobs} labelledBy="jobs" back={new URLSearchParams(wish).toString()} retry={retry} />
        {enrollment && (
          <p className="actions no-print">
            <Link className="button button-plain" href="/admin/jobs" prefetch={false}>
              {t("ofAll")}
            </Link>
          </p>
        )}
        <Pager older={next && addressOf("/admin/jobs", { ...wish, before: next })} />
      </Section>
    </AdminFrame>
  );
}
