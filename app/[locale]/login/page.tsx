import type { Metadata } from "next";
import { cookies } from "next/headers";
import { getTranslations } from "next-intl/server";
import { InstitutionSearch } from "@/components/login/institution-search.tsx";
import { Institutions } from "@/components/login/institutions.tsx";
import { listed } from "@/components/login/listed.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import type { Locale } from "@/server/i18n/routing.ts";

type LoginPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<{ to?: string | string[]; q?: string | string[]; ended?: string | string[] }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Login"))("title") };
}

export default async function LoginPage({ params, searchParams }: LoginPageProps) {
  const [{ locale }, query, t, caller] = await Promise.all([
    params,
    searchParams,
    getTranslations("Login"),
    api(),
  ]);
  const q = typeof query.q === "string" ? query.q.slice(0, 100) : "";
  const to = typeof query.to === "string" ? query.to : `/${locale}/certs`;
  const [last, found] = await Promise.all([
    lastChosen().then((ids) => (ids.length > 0 ? caller.federation.find({ ids }) : [])),
    caller.federation.search({ q, locale, limit: listed }),
  ]);
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      {query.ended === "1" && (
        <Notice tone="warning" role="alert" title={t("ended")}>
          <p>{t("endedHint")}</p>
        </Notice>
      )}
      <p>{t("explanation")}</p>
      {last.length > 0 && (
        <section className="stack" aria-labelledby="last">
          <h2 id="last">{t("last")}</h2>
          <Institutions institutions={last.map(shown)} to={to} />
        </section>
      )}
      <section className="stack" aria-labelledby="all">
        <h2 id="all">{last.length > 0 ? t("others") : t("all")}</h2>
        <InstitutionSearch q={q} found={found.map(shown)} to={to} />
      </section>
    </div>
  );
}

/** The institutions this browser logged in from, the last one first. */
async function lastChosen(): Promise<string[]> {
  const kept = (await cookies()).get("last_idps")?.value ?? "";
  return kept
    .split(",")
    .filter((id) => /^[0-9a-f]{64}$/.test(id))
    .slice(0, 3);
}

function shown({ id, nameJa, nameEn }: { id: string; nameJa: string; nameEn: string }) {
  return { id, nameJa, nameEn };
}
