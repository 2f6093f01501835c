import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminFrame } from "@/components/admin/frame.tsx";
import { InForce } from "@/components/admin/in-force.tsx";
import { Looked } from "@/components/admin/looked.tsx";
import { Looks } from "@/components/admin/looks.tsx";
import { ServiceKeys } from "@/components/admin/service-keys.tsx";
import { Signers } from "@/components/admin/signers.tsx";
import { Section } from "@/components/ui/section.tsx";
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
      <Section id="in-force" title={t("inForce")}>
        <InForce view={view} />
        <form action={lookNow} className="no-print">
          <SubmitButton className="button button-plain" pendingLabel={t("looking")}>
            {t("lookNow")}
          </SubmitButton>
        </form>
      </Section>
      <Section id="looks" title={t("looks.title")}>
        <Looks looks={view.looks} />
      </Section>
      <Section id="signers" title={t("signers.title")}>
        <Signers signers={view.signers} />
      </Section>
      <Section id="keys" title={t("keys.title")}>
        <ServiceKeys keys={view.keys} />
      </Section>
    </AdminFrame>
  );
}
