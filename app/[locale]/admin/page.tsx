import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { InstitutionSelect } from "@/components/admin/institution-select.tsx";
import { ByState, ByStatus } from "@/components/admin/overview/by-kind.tsx";
import { ByMonth } from "@/components/admin/overview/by-month.tsx";
import { Late } from "@/components/admin/overview/late.tsx";
import { SearchForm } from "@/components/admin/search-fields.tsx";
import { textOf } from "./days.ts";
import { orLost, registrar } from "./operator.ts";

type OverviewPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.overview"))("title"), robots: { index: false } };
}

/** What there is and what is late, of one institution or of all that the reader looks after. */
export default async function OverviewPage({ searchParams }: OverviewPageProps) {
  const admin = await registrar("/admin");
  const [query, t] = await Promise.all([searchParams, getTranslations("Admin.overview")]);
  const institution = textOf(query.institution);
  const { figures, institutions } = await orLost(admin.overview.get({ ...(institution && { institution }) }));
  const { applications, certificates, months, expiring, waiting, failed } = figures;
  return (
    <AdminFrame title={t("title")}>
      {institutions.length > 1 && (
        <SearchForm find={t("show")} key={institution}>
          <InstitutionSelect institutions={institutions} chosen={institution} />
        </SearchForm>
      )}
      <Late
        expiring={expiring}
        waiting={waiting}
        failed={failed}
        institution={institution}
        today={dayAfter(0)}
        dayAfter={dayAfter}
      />
      <ByState certificates={certificates} />
      <ByStatus applications={applications} />
      <ByMonth months={months} />
    </AdminFrame>
  );
}

/** A day of Japan's calendar, as forms have it. */
function dayAfter(days: number): string {
  return new Date(Date.now() + 9 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
}
