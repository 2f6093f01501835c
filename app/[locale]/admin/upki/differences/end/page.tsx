import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { Dn } from "@/components/admin/upki/dn.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link, redirect } from "@/server/i18n/navigation.ts";
import { upkiRegistrar } from "../../../operator.ts";
import { endWithoutPin } from "../../actions.ts";

type EndPageProps = { searchParams: Promise<{ id?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.upki.differences"))("endTitle"), robots: { index: false } };
}

export default async function EndPage({ searchParams }: EndPageProps) {
  const { id } = await searchParams;
  const page = "/admin/upki/differences";
  const upki = await upkiRegistrar(`${page}/end?id=${encodeURIComponent(String(id))}`);
  const [t, differences] = await Promise.all([getTranslations("Admin.upki"), upki.differences()]);
  const found = differences.find((one) => one.id === id && one.kind === "pin_missing");
  if (!found) return redirect({ href: `${page}?did=gone`, locale: await getLocale() });
  return (
    <AdminFrame title={t("differences.endTitle")}>
      <Dn dn={found.dn} />
      <Notice tone="warning" title={t("differences.endWarning")}>
        <p>{t("differences.endHint")}</p>
      </Notice>
      <div className="actions">
        <form action={endWithoutPin}>
          <input type="hidden" name="id" value={found.id} />
          <SubmitButton className="button button-grave" pendingLabel={t("working")}>
            {t("differences.endNow")}
          </SubmitButton>
        </form>
        <Link className="button button-plain" href={page}>
          {t("backToDifferences")}
        </Link>
      </div>
    </AdminFrame>
  );
}
