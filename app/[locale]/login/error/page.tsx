import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import { loginCodes } from "@/server/federation/refusal.ts";
import { Link } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";

type LoginErrorPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<{ code?: string | string[]; ref?: string | string[]; idp?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("LoginError"))("title"), robots: { index: false } };
}

/** Why a login ended without a session, in the reader's language. */
export default async function LoginErrorPage({ params, searchParams }: LoginErrorPageProps) {
  const [{ locale }, query, t] = await Promise.all([params, searchParams, getTranslations("LoginError")]);
  const code = loginCodes.find((known) => known === query.code) ?? "internal";
  const reference = typeof query.ref === "string" && /^[\w-]{1,40}$/.test(query.ref) ? query.ref : null;
  const institution = await institutionOf(query.idp);
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      <p>{t("notDone")}</p>
      <Notice tone="error" title={t("whatHappened")}>
        <p>{t(`codes.${code}.happened`)}</p>
      </Notice>
      <Notice tone="info" title={t("whatToDo")}>
        <p>{t(`codes.${code}.toDo`)}</p>
      </Notice>
      <dl>
        {institution && (
          <>
            <dt className="font-bold">{t("institution")}</dt>
            <dd>{locale === "ja" ? institution.nameJa : institution.nameEn}</dd>
            {institution.errorUrl && (
              <dd>
                <a href={institution.errorUrl} rel="noreferrer">
                  {t("institutionHelp")}
                </a>
              </dd>
            )}
          </>
        )}
        {reference && (
          <>
            <dt className="mt-2 font-bold">{t("reference")}</dt>
            <dd className="mono">{reference}</dd>
          </>
        )}
      </dl>
      <p className="actions">
        <Link className="button button-main" href="/login">
          {t("again")}
        </Link>
      </p>
    </div>
  );
}

async function institutionOf(id: unknown) {
  if (typeof id !== "string" || !/^[0-9a-f]{64}$/.test(id)) return undefined;
  const caller = await api();
  return (await caller.federation.find({ ids: [id] }))[0];
}
