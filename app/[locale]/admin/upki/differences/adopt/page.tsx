import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Adoption } from "@/components/admin/upki/adoption.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { orLost, upkiRegistrar } from "../../../operator.ts";
import { adopt } from "../../actions.ts";

type AdoptPageProps = { searchParams: Promise<{ id?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.upki.adoption"))("title"), robots: { index: false } };
}

export default async function AdoptPage({ searchParams }: AdoptPageProps) {
  const upki = await upkiRegistrar("/admin/upki/differences");
  const { id = [] } = await searchParams;
  const [t, plans] = await Promise.all([
    getTranslations("Admin.upki"),
    orLost(upki.planAdoption({ ids: [id].flat() })),
  ]);
  return (
    <AdminFrame title={t("adoption.title")}>
      <p>{t("adoption.explanation")}</p>
      <Adoption plans={plans} action={adopt} />
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/upki/differences">
          {t("backToDifferences")}
        </Link>
      </p>
    </AdminFrame>
  );
}
