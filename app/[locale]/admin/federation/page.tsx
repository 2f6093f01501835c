import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { InForce } from "@/components/admin/in-force.tsx";
import { Looked } from "@/components/admin/looked.tsx";
import { Looks } from "@/components/admin/looks.tsx";
import { ServiceKeys } from "@/components/admin/service-keys.tsx";
import { Signers } from "@/components/admin/signers.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { lookNow } from "../actions.ts";
import { operator } from "../operator.ts";

type FederationPageProps = { searchParams: Promise<{ looked?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("Admin.federation"))("title"), robots: { index: false } };
}

export default async function FederationPage({ searchParams }: FederationPageProps) {
  const admin = await operator("/admin/federation");
  const [{ looked }, t, view] = await Promise.all([
    searchParams,
    getTranslations("Admin.federation"),
    admin.federation.view(),
  ]);
  return (
    <AdminFrame title={t("title")}>
      <Looked result={looked} view={view} />
      <section className="stack" aria-labelledby="in-force">
        <h2 id="in-force" className="section-title">
          {t("inForce")}
        </h2>
        <InForce view={view} />
        <form action={lookNow} className="no-print">
          <SubmitButton className="button button-plain" pendingLabel={t("looking")}>
            {t("lookNow")}
          </SubmitButton>
        </form>
      </section>
      <section className="stack" aria-labelledby="looks">
        <h2 id="looks" className="section-title">
          {t("looks.title")}
        </h2>
        <Looks looks={view.looks} />
      </section>
      <section className="stack" aria-labelledby="signers">
        <h2 id="signers" className="section-title">
          {t("signers.title")}
        </h2>
        <Signers signers={view.signers} />
      </section>
      <section className="stack" aria-labelledby="keys">
        <h2 id="keys" className="section-title">
          {t("keys.title")}
        </h2>
        <ServiceKeys keys={view.keys} />
      </section>
    </AdminFrame>
  );
}
