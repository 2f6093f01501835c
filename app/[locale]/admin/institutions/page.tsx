import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Institutions } from "@/components/admin/institutions.tsx";
import { SearchForm } from "@/components/admin/search-fields.tsx";
import { Section } from "@/components/ui/section.tsx";
import { api } from "@/server/api/caller.ts";
import { Link } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { orLost, registrar } from "../operator.ts";

type InstitutionsPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<{ q?: string | string[]; after?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.institutions"))("title"), robots: { index: false } };
}

export default async function InstitutionsPage({ params, searchParams }: InstitutionsPageProps) {
  const admin = await registrar("/admin/institutions");
  const [{ locale }, query, t, { member }] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.institutions"),
    api().then(({ session }) => session.me()),
  ]);
  const q = typeof query.q === "string" ? query.q.slice(0, 200) : "";
  const after = typeof query.after === "string" ? query.after : undefined;
  const { institutions, next, others } = await orLost(
    admin.settings.search({ q, locale, ...(after && { after }) }),
  );
  return (
    <AdminFrame title={t("title")}>
      <p>{t("explanation")}</p>
      <SearchForm find={t("find")}>
        <div className="field">
          <label htmlFor="q">{t("search")}</label>
          <input id="q" name="q" className="input" defaultValue={q} autoComplete="off" />
        </div>
      </SearchForm>
      {member?.isOperator && (
        <p className="actions no-print">
          <Link className="button button-plain" href="/admin/institutions/import" prefetch={false}>
            {t("files")}
          </Link>
        </p>
      )}
      <Section id="with-members" title={t("withMembers")}>
        <Institutions institutions={institutions} labelledBy="with-members" />
        {next && (
          <p className="actions no-print">
            <Link
              className="button button-plain"
              href={`/admin/institutions?${new URLSearchParams({ q, after: next })}`}
              prefetch={false}
            >
              {t("more")}
            </Link>
          </p>
        )}
      </Section>
      {q && member?.isOperator && (
        <Section id="others" title={t("others")}>
          <Institutions institutions={others} labelledBy="others" />
        </Section>
      )}
    </AdminFrame>
  );
}
