import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ApplyCard } from "@/components/enrollment/apply-card.tsx";
import { Asking } from "@/components/enrollment/asking.tsx";
import { InstitutionNotice, NothingOffered } from "@/components/enrollment/institution-notice.tsx";
import { Register } from "@/components/enrollment/register.tsx";
import { StandingNotices } from "@/components/enrollment/standing.tsx";
import { Watch } from "@/components/enrollment/watch.tsx";
import { Section } from "@/components/ui/section.tsx";
import { kindNames } from "@/server/enrollment/kind.ts";
import { Link } from "@/server/i18n/navigation.ts";
import { signedIn } from "../signed-in.ts";
import { renewCertificate, requestCertificate } from "./actions.ts";

type DashboardPageProps = { searchParams: Promise<{ all?: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Dashboard"))("title") };
}

export default async function DashboardPage({ searchParams }: DashboardPageProps) {
  const all = (await searchParams).all === "1";
  const here = all ? "/certs?all=1" : "/certs";
  const caller = await signedIn(here);
  // Applications that waited for this login are in the list that is asked for then.
  const standing = await caller.enrollment.standing();
  const [t, statuses, dashboard] = await Promise.all([
    getTranslations("Dashboard"),
    getTranslations("Status"),
    caller.enrollment.list({ all }),
  ]);
  const { enrollments, hidden, institution } = dashboard;
  const offered = kindNames.filter((kind) => dashboard.terms[kind].length > 0);
  return (
    <Asking actions={{ request: requestCertificate, renew: renewCertificate }} backTo="/certs">
      <h1>{t("title")}</h1>
      <p>{t("explanation")}</p>
      <p>{t("whatItIs")}</p>
      <StandingNotices standing={standing} contact={institution.contact} />
      <InstitutionNotice institution={institution} />

      <Section id="apply" title={t("applyTitle")}>
        {offered.length === 0 ? (
          <NothingOffered institution={institution} />
        ) : (
          <div className="cards">
            {offered.map((kind) => (
              <ApplyCard key={kind} kind={kind} dashboard={dashboard} />
            ))}
          </div>
        )}
      </Section>

      <Section id="register" title={t("registerTitle")}>
        {enrollments.length > 0 ? (
          <>
            <p>{t("registerHint")}</p>
            <Register enrollments={enrollments} labelledBy="register" />
          </>
        ) : (
          <p>{t("empty")}</p>
        )}
        <p className="actions no-print">
          {(all || hidden > 0) && (
            <Link className="button button-plain" href={all ? "/certs" : "/certs?all=1"} scroll={false}>
              {all ? t("showLiving") : t("showAll", { hidden })}
            </Link>
          )}
          <Link className="button button-plain" href={here} scroll={false} prefetch={false}>
            {t("refresh")}
          </Link>
          {dashboard.underWay && <span className="hint needs-script">{t("updatesItself")}</span>}
        </p>
      </Section>
      <Watch
        pulse={dashboard.pulse}
        isUnderWay={dashboard.underWay}
        words={Object.fromEntries(enrollments.map(({ number, status }) => [number, statuses(status)]))}
      />
    </Asking>
  );
}
