import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DistinguishedName } from "@/components/enrollment/distinguished-name.tsx";
import { CollectedForm } from "@/components/issue/collected-form.tsx";
import { IssueFrame } from "@/components/issue/frame.tsx";
import { OwnCertificate } from "@/components/issue/own-certificate.tsx";
import { RequestForm } from "@/components/issue/request-form.tsx";
import { RequestRecipes } from "@/components/issue/request-recipes.tsx";
import { mayBeMadeBy, wayOf } from "@/components/issue/way.ts";
import { Section } from "@/components/ui/section.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { certifyRequest, confirmCollected } from "../actions.ts";
import { goTo, view } from "../visit.ts";

type RequestPageProps = { params: Promise<{ locale: Locale; ticket: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: { absolute: (await getTranslations("Issue"))("title", { step: 2 }) } };
}

/** 【STEP2】 for a key in a TPM, a card or a file of one's own: a request (PKCS #10) comes in, a certificate goes out. */
export default async function RequestPage({ params }: RequestPageProps) {
  const { locale, ticket } = await params;
  const seen = await view(ticket);
  if (seen.state !== "download" && seen.state !== "collected") return goTo(ticket, seen.state);
  const isCollected = seen.state === "collected" && wayOf(seen) === "upload";
  if (!isCollected && !mayBeMadeBy("upload", seen)) return goTo(ticket, "download");
  const t = await getTranslations("Issue.request");
  return (
    <IssueFrame step={2}>
      <Section id="step" title={t("title")}>
        {isCollected ? (
          <>
            <OwnCertificate
              folder={`/${locale}/issue/${ticket}/certificate`}
              name={seen.fileName.replace(/\.p12$/, "")}
            />
            <CollectedForm ticket={ticket} action={confirmCollected} isMain />
          </>
        ) : (
          <>
            <p>{t("explanation")}</p>
            <div className="card stack">
              <h3>{t("subject")}</h3>
              <DistinguishedName dn={seen.dn} />
              <p className="hint">{t("subjectHint")}</p>
            </div>
            <RequestForm ticket={ticket} action={certifyRequest} />
            <RequestRecipes />
            {wayOf(seen) !== "upload" && (
              <p>
                <Link href={`/issue/${ticket}/download`}>{t("back")}</Link>
              </p>
            )}
          </>
        )}
      </Section>
    </IssueFrame>
  );
}
