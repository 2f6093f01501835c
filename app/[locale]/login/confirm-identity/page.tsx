import type { Metadata } from "next";
import { redirect as sendTo } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { ProofNeeded } from "@/components/enrollment/proof-needed.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import { provenDeeds } from "@/server/assurance.ts";
import { safePath } from "@/server/federation/login/safe-path.ts";
import { Link, redirect } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";

type ConfirmIdentityPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<{ for?: string | string[]; to?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Proof"))("title"), robots: { index: false } };
}

/** Before a deed that the institution guards: why one more login, at which institution, and what happens then. */
export default async function ConfirmIdentityPage({ params, searchParams }: ConfirmIdentityPageProps) {
  const [{ locale }, query, t, caller] = await Promise.all([
    params,
    searchParams,
    getTranslations("Proof"),
    api(),
  ]);
  const to = safePath(typeof query.to === "string" ? query.to : null, locale);
  const { member } = await caller.session.me();
  if (!member) return redirect({ href: { pathname: "/login", query: { to, ended: "1" } }, locale });
  const deed = provenDeeds.find((known) => known === query.for);
  const missing = deed ? await caller.session.missingFor({ deed }) : null;
  // Proven meanwhile, in another tab perhaps, or no longer asked for.
  if (!deed || !missing) return sendTo(to);
  return (
    <div className="stack prose">
      <h1>{t(`${missing}.title`)}</h1>
      <p>{t("notDone", { deed: t(`deeds.${deed}`) })}</p>
      <dl>
        <dt className="font-bold">{t("institution")}</dt>
        <dd>{locale === "ja" ? member.institutionJa : member.institutionEn}</dd>
      </dl>
      <Notice tone="info" title={t(`${missing}.heading`)}>
        <ProofNeeded deed={deed} missing={missing} to={to} />
      </Notice>
      <p className="actions">
        <Link className="button button-plain" href={wayBack(to)}>
          {t("cancel")}
        </Link>
      </p>
    </div>
  );
}

/** The page from which the deed was asked for: the application's own, else the dashboard. */
function wayBack(to: string): string {
  const admin = /^\/(?:ja|en)(\/admin\/.*)$/.exec(to)?.[1];
  if (admin) return admin;
  const number = /\/certs\/(\d+)/.exec(to)?.[1] ?? /[?&]number=(\d+)/.exec(to)?.[1];
  return number ? `/certs/${number}` : "/certs";
}
