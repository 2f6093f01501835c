import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Did, type DidQuery } from "@/components/admin/upki/did.tsx";
import { Letters } from "@/components/admin/upki/letters.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { upkiRegistrar } from "../../operator.ts";
import { retry } from "../actions.ts";

type DeadPageProps = { searchParams: Promise<DidQuery> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.upki.dead"))("title"), robots: { index: false } };
}

export default async function DeadPage({ searchParams }: DeadPageProps) {
  const upki = await upkiRegistrar("/admin/upki/dead");
  const [query, t, letters] = await Promise.all([searchParams, getTranslations("Admin.upki"), upki.dead()]);
  return (
    <AdminFrame title={t("dead.title")}>
      <Did query={query} />
      <p>{t("dead.explanation")}</p>
      <Letters letters={letters} retry={retry} />
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/upki">
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
