import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DeedButtons } from "@/components/admin/applications/deed-buttons.tsx";
import { ApplicationFacts } from "@/components/admin/applications/facts.tsx";
import { ApplicationJobs } from "@/components/admin/applications/jobs.tsx";
import { Orders } from "@/components/admin/applications/orders.tsx";
import { SentLetters } from "@/components/admin/applications/sent-letters.tsx";
import { Trail } from "@/components/admin/applications/trail.tsx";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { History } from "@/components/enrollment/history.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { orLost, registrar } from "../../operator.ts";

type ApplicationPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ did?: string | string[] }>;
};

const deeds = ["revoke", "cancel", "unlock", "send", "already"] as const;
const sections = ["deeds", "orders", "letters", "jobs", "history", "trail"] as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Admin.applications.one");
  return { title: t("title"), robots: { index: false } };
}

export default async function ApplicationPage({ params, searchParams }: ApplicationPageProps) {
  const { id } = await params;
  const { applications } = await registrar(`/admin/applications/${encodeURIComponent(id)}`);
  const [{ did }, t, application] = await Promise.all([
    searchParams,
    getTranslations("Admin.applications.one"),
    orLost(applications.get({ id })),
  ]);
  const done = deeds.find((one) => one === did);
  const parts = {
    deeds: <DeedButtons application={application} />,
    orders: <Orders orders={application.orders} labelledBy="orders" />,
    letters: <SentLetters id={id} letters={application.letters} labelledBy="letters" />,
    jobs: <ApplicationJobs {...application} labelledBy="jobs" />,
    history: <History entries={application.history} />,
    trail: <Trail id={id} trail={application.trail} labelledBy="trail" />,
  };
  return (
    <AdminFrame title={t("titleOf", { number: application.number, name: application.member.name })}>
      {done && (
        <Notice tone={done === "already" ? "info" : "success"} role="status" title={t(`did.${done}`)} />
      )}
      <ApplicationFacts application={application} />
      {sections.map((section) => (
        <section key={section} className="stack" aria-labelledby={section}>
          <h2 id={section}>{t(`sections.${section}`)}</h2>
          {parts[section]}
        </section>
      ))}
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/applications">
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
