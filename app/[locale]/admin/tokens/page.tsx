import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { ReasonForm } from "@/components/admin/reason-form.tsx";
import { Tokens } from "@/components/admin/tokens/list.tsx";
import { MakeForm } from "@/components/admin/tokens/make-form.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import type { Locale } from "@/server/i18n/routing.ts";
import { registrar } from "../operator.ts";
import { end, make } from "./actions.ts";

type TokensPageProps = {
  params: Promise<{ locale: Locale }>;
  searchParams: Promise<Record<"did" | "end", string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.tokens"))("title"), robots: { index: false } };
}

export default async function TokensPage({ params, searchParams }: TokensPageProps) {
  const admin = (await registrar("/admin/tokens")).tokens;
  const [{ locale }, query, t, deed, given, institutions, tokens] = await Promise.all([
    params,
    searchParams,
    getTranslations("Admin.tokens"),
    getTranslations("Admin.deed"),
    getTranslations("Admin.given"),
    admin.institutions(),
    admin.list(),
  ]);
  const ending = tokens.find(({ id, state }) => id === query.end && state === "in_force");
  return (
    <AdminFrame title={t("title")}>
      {query.did === "ended" && <Notice tone="success" role="status" title={t("did.ended")} />}
      <p>
        {t.rich("explanation", {
          description: (text) => <a href="/api/v1/openapi.json">{text}</a>,
        })}
      </p>
      {ending && (
        <section className="card stack no-print" aria-labelledby="end">
          <h2 id="end">{t("endTitle", { name: ending.name })}</h2>
          <p>{t("endHint")}</p>
          <ReasonForm
            action={end}
            fields={{ id: ending.id }}
            grave
            words={{
              reason: deed("reason"),
              hint: deed("reasonHint"),
              button: t("endNow"),
              pending: deed("working"),
            }}
          />
        </section>
      )}
      <Section id="tokens" title={t("list")}>
        <Tokens tokens={tokens} labelledBy="tokens" />
      </Section>
      <section className="stack no-print" aria-labelledby="new">
        <h2 id="new" className="section-title">
          {t("new")}
        </h2>
        <MakeForm
          action={make}
          formKey={crypto.randomUUID()}
          institutions={institutions}
          here={`/${locale}/admin/tokens`}
          words={{
            institution: given("institution"),
            name: t("name"),
            nameHint: t("nameHint"),
            until: t("until"),
            untilHint: t("untilHint"),
            reason: deed("reason"),
            reasonHint: deed("reasonHint"),
            button: t("make"),
            pending: deed("working"),
            made: t("made"),
            madeHint: t("madeHint"),
            token: t("token"),
            again: t("again"),
          }}
        />
      </section>
    </AdminFrame>
  );
}
