import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { deeds } from "@/components/enrollment/deeds.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import { oneOf } from "../../form-values.ts";
import { ownEnrollment } from "../../own-enrollment.ts";

type SentPageProps = {
  params: Promise<{ number: string }>;
  searchParams: Promise<{ for?: string; already?: string }>;
};

export async function generateMetadata({ params }: SentPageProps): Promise<Metadata> {
  const t = await getTranslations();
  return { title: `${t("Sent.title")} ${t("Detail.ofNumber", { number: (await params).number })}` };
}

export default async function SentPage({ params, searchParams }: SentPageProps) {
  const [{ number }, query] = await Promise.all([params, searchParams]);
  const deed = oneOf(deeds, query.for) ?? "request";
  const { status } = await ownEnrollment(number, `/certs/${number}`);
  const waits = deed === "request" && status === "awaiting_approval";
  const t = await getTranslations("Sent");
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      {query.already === "1" ? (
        <Notice tone="info" title={t(`${deed}.already`, { number })}>
          <p>{t("alreadyHint")}</p>
        </Notice>
      ) : (
        <Notice tone="success" title={t(`${deed}.done`, { number })} />
      )}
      <p>{t(waits ? "awaitingApproval" : "wait")}</p>
      <p>{t(`${deed}.next`)}</p>
      <p className="actions">
        <Link className="button button-main button-wide" href={`/certs/${number}`} prefetch={false}>
          {t("toDetail")}
        </Link>
        <Link className="button button-plain" href="/certs">
          {t("toDashboard")}
        </Link>
      </p>
    </div>
  );
}
