import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { Overview } from "../answers.ts";

type LateProps = Pick<Overview, "expiring" | "waiting" | "failed"> & {
  /** Of which institution, and from which day to which: what the ways to the applications say. */
  institution: string;
  today: string;
  dayAfter: (days: number) => string;
};

/** What ends soon, waits too long or went wrong, each with the way to what it is. */
export function Late({ expiring, waiting, failed, institution, today, dayAfter }: LateProps) {
  const t = useTranslations("Admin.overview.late");
  const applications = (wish: Record<string, string>) =>
    `/admin/applications?${new URLSearchParams({ ...(institution && { institution }), ...wish })}`;
  return (
    <Section id="late" title={t("title")}>
      <ul className="figures">
        {expiring.map(({ days, count }) => (
          <Figure
            key={days}
            name={t("expiring", { days })}
            count={count.client + count.smime}
            href={applications({ expiresFrom: today, expiresTo: dayAfter(days) })}
          />
        ))}
        <Figure
          name={t("requested")}
          count={waiting.requested}
          href={applications({ status: "requested" })}
        />
        <Figure name={t("awaitingApproval")} count={waiting.awaitingApproval} href="/admin/approvals" />
        <Figure name={t("letters")} count={failed.letters} href="/admin/letters?status=failed" />
        <Figure name={t("jobs")} count={failed.jobs} href="/admin/jobs?status=failed" />
      </ul>
    </Section>
  );
}

function Figure({ name, count, href }: { name: ReactNode; count: number; href: string }) {
  const t = useTranslations("Admin.overview.late");
  const { number } = useFormatter();
  return (
    <li className="figure-card">
      <p className="figure">{t("count", { count: number(count) })}</p>
      <Link className="record-link" href={href} prefetch={false}>
        {name}
      </Link>
    </li>
  );
}
