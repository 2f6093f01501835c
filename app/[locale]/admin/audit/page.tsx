import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Entries } from "@/components/admin/audit/entries.tsx";
import { ExportForm } from "@/components/admin/audit/export-form.tsx";
import { AuditSearchForm } from "@/components/admin/audit/search-form.tsx";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Pager } from "@/components/admin/pager.tsx";
import { Moment } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { auditDeeds } from "@/server/audit/deeds.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { addressOf, span, textOf } from "../days.ts";
import { orLost, registrar } from "../operator.ts";

type Query = Record<string, string | string[] | undefined>;
type AuditPageProps = { params: Promise<{ locale: Locale }>; searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.audit"))("title"), robots: { index: false } };
}

export default async function AuditPage({ params, searchParams }: AuditPageProps) {
  const admin = await registrar("/admin/audit");
  const [{ locale }, query, t] = await Promise.all([params, searchParams, getTranslations("Admin.audit")]);
  const [deed, person, subject] = [textOf(query.deed), textOf(query.person), textOf(query.subject)];
  const [from, to, before] = [textOf(query.from), textOf(query.to), textOf(query.before)];
  const wish = { deed, person, subject, from, to };
  const known = auditDeeds.find((one) => one === deed);
  const [{ entries, next }, head] = await Promise.all([
    orLost(
      admin.audit.search({
        ...(known && { deed: known }),
        ...(person && { person }),
        ...(subject && { subject }),
        ...span(from, to),
        ...(before && { before }),
      }),
    ),
    admin.audit.head(),
  ]);
  return (
    <AdminFrame title={t("title")}>
      <p>{t("explanation")}</p>
      <Notice tone="info" title={t("chain.title")}>
        <p>
          {head
            ? t.rich("chain.head", { seq: head.seq, at: () => <Moment at={new Date(head.at)} /> })
            : t("chain.none")}
        </p>
        <p>{t.rich("chain.verify", { code: (text) => <code className="mono">{text}</code> })}</p>
      </Notice>
      <AuditSearchForm wish={wish} />
      <Section id="entries" title={t("found")}>
        <Entries entries={entries} labelledBy="entries" />
        <Pager
          newest={before && addressOf("/admin/audit", wish)}
          older={next && addressOf("/admin/audit", { ...wish, before: next })}
        />
      </Section>
      <section className="stack no-print" aria-labelledby="export">
        <h2 id="export" className="section-title">
          {t("export.title")}
        </h2>
        {query.export === "nothing" && <Notice tone="error" role="alert" title={t("export.nothing")} />}
        <ExportForm action={`/${locale}/admin/audit/export`} />
      </section>
    </AdminFrame>
  );
}
