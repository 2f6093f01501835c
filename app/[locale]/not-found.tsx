import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Link } from "@/server/i18n/navigation.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("NotFound"))("title") };
}

export default async function NotFoundPage() {
  const t = await getTranslations("NotFound");
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <p>{t("explanation")}</p>
      <p className="actions">
        <Link className="button button-main" href="/certs">
          {t("toDashboard")}
        </Link>
        <Link className="button button-plain" href="/">
          {t("toTop")}
        </Link>
      </p>
    </div>
  );
}
