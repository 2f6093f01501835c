import type { Metadata } from "next";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { CentralDiscovery } from "@/components/login/central-discovery.tsx";
import { InstitutionSearch } from "@/components/login/institution-search.tsx";
import { LastChosen } from "@/components/login/last-chosen.tsx";
import { listed } from "@/components/login/listed.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { api } from "@/server/api/caller.ts";
import { askedFor } from "@/server/federation/discovery/asked-for.ts";
import { lastChosenCookie } from "@/server/federation/login/login.ts";
import { federation } from "@/server/federation/world.ts";
import type { Locale } from "@/server/i18n/routing.ts";

type Query = Partial<Record<"to" | "q" | "page" | "ended" | "nothing", string | string[]>>;
type LoginPageProps = { params: Promise<{ locale: Locale }>; searchParams: Promise<Query> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Login"))("title") };
}

/** Where a login begins: institutions chosen before, then all of them, here or at the federation's own page. */
export default async function LoginPage({ params, searchParams }: LoginPageProps) {
  const [{ locale }, query, t, caller] = await Promise.all([
    params,
    searchParams,
    getTranslations("Login"),
    api(),
  ]);
  const typed = typeof query.q === "string" ? query.q : "";
  const to = typeof query.to === "string" ? query.to : `/${locale}/certs`;
  const q = askedFor(typed);
  // Somebody's mail address must not stay in the address of a page.
  if (q.startsWith("@") && q !== typed) redirect(`/${locale}/login?${new URLSearchParams({ q, to })}`);

  const ids = await lastChosen();
  const last = ids.length > 0 ? await caller.federation.lastChosen({ ids, locale }) : [];
  const central = federation().discoveryService !== undefined;
  return (
    <div className="stack prose">
      <h1>{t("title")}</h1>
      {query.ended === "1" && (
        <Notice tone="warning" role="alert" title={t("ended")}>
          <p>{t("endedHint")}</p>
        </Notice>
      )}
      {query.nothing === "chosen" && (
        <Notice tone="warning" role="alert" title={t("central.cancelled")}>
          <p>{t("central.cancelledHint")}</p>
        </Notice>
      )}
      {last.length > 0 && <LastChosen institutions={last} to={to} q={q} />}
      {central ? <CentralDiscovery to={to} /> : await search()}
    </div>
  );

  async function search(): Promise<ReactNode> {
    const page = Math.max(1, Math.min(Number(query.page) || 1, 10_000));
    const from = (Math.floor(page) - 1) * listed;
    const found = await caller.federation.search({ q, locale, limit: listed, from });
    return (
      <section className="stack" aria-labelledby="all">
        <h2 id="all">{last.length > 0 ? t("others") : t("all")}</h2>
        <p>{t("explanation")}</p>
        <InstitutionSearch found={{ q, from, ...found }} to={to} />
      </section>
    );
  }
}

/** The institutions this browser logged in from, the last one first. */
async function lastChosen(): Promise<string[]> {
  const kept = (await cookies()).get(lastChosenCookie)?.value ?? "";
  return kept
    .split(",")
    .filter((id) => /^[0-9a-f]{64}$/.test(id))
    .slice(0, 3);
}
