import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { LoginFacts } from "@/components/admin/login-facts.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { operator, orLost } from "../../operator.ts";

type LoginPageProps = { params: Promise<{ id: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.logins"))("detail"), robots: { index: false } };
}

export default async function LoginPage({ params }: LoginPageProps) {
  const { id } = await params;
  const admin = await operator("/admin/logins");
  const [t, login] = await Promise.all([getTranslations("Admin.logins"), orLost(admin.logins.get({ id }))]);
  return (
    <AdminFrame title={t("detail")}>
      <LoginFacts login={login} />
      <p className="actions no-print">
        <Link className="button button-plain" href="/admin/logins">
          {t("back")}
        </Link>
      </p>
    </AdminFrame>
  );
}
