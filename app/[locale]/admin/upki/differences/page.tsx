import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Did, type DidQuery } from "@/components/admin/upki/did.tsx";
import { Differences } from "@/components/admin/upki/differences.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { upkiRegistrar } from "../../operator.ts";
import { dismiss } from "../actions.ts";

type DifferencesPageProps = { searchParams: Promise<DidQuery> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.upki.differences"))("title"), robots: { index: false } };
}

export default async function DifferencesPage({ searchParams }: DifferencesPageProps) {
  const upki = await upkiRegistrar("/admin/upki/differences");
  const [query, t, differences] = await Promise.all([
    searchParams,
    getTranslations("Admin.upki"),
    upki.differences(),
  ]);
  return (
    <AdminFrame title={t("differences.title")}>
      <Did query={query} />
      <p>{t("differences.explanation")}</p>
      <Differences differences={differences} dismiss={dismiss} />
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/upki">
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
