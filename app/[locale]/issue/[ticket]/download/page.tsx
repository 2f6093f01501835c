import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { IssueFrame } from "@/components/issue/frame.tsx";
import { OwnKey } from "@/components/issue/own-key.tsx";
import { ServerKey } from "@/components/issue/server-key.tsx";
import { suggest } from "@/components/issue/suggestion.ts";
import { mayBeMadeBy, wayOf } from "@/components/issue/way.ts";
import { WithoutScript } from "@/components/issue/without-script.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { Section } from "@/components/ui/section.tsx";
import { redirect } from "@/server/i18n/navigation.ts";
import type { Locale } from "@/server/i18n/routing.ts";
import { certify, checkPin, confirmCollected } from "../actions.ts";
import { goTo, ticketHash, view } from "../visit.ts";

type DownloadPageProps = {
  params: Promise<{ locale: Locale; ticket: string }>;
  searchParams: Promise<{ failed?: string; early?: string; entered?: string }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: { absolute: (await getTranslations("Issue"))("title", { step: 2 }) } };
}

/** 【STEP2】証明書を受け取る */
export default async function DownloadPage({ params, searchParams }: DownloadPageProps) {
  const [{ locale, ticket }, { failed, early, entered }] = await Promise.all([params, searchParams]);
  const seen = await view(ticket);
  // The right PIN was entered a moment ago, but the browser did not keep what it was given for it.
  if (seen.state === "pin" && entered) return goTo(ticket, "pin", "?cookies=off");
  if (seen.state !== "download" && seen.state !== "collected") return goTo(ticket, seen.state);
  const way = wayOf(seen);
  if (way === "upload") return redirect({ href: `/issue/${ticket}/request`, locale });
  const [t, suggestion] = [await getTranslations("Issue.download"), suggest(await headers())];
  const plainAction = `/${locale}/issue/${ticket}/file`;
  const isWithoutIssuer = failed === "no_issuer";
  const isCertified = seen.state === "collected";
  const isServerAllowed = mayBeMadeBy("server", seen);
  const password = (
    <Notice tone="info" title={t("password")}>
      <p>{t("passwordHint")}</p>
    </Notice>
  );
  return (
    <IssueFrame step={2}>
      <Section id="step" title={t("title")}>
        {failed && !isCertified && (
          <Notice tone="error" role="alert" title={t(isWithoutIssuer ? "noIssuer" : "failed")}>
            <p>{t(isWithoutIssuer ? "noIssuerHint" : "failedHint")}</p>
          </Notice>
        )}
        {way === "server" ? (
          <ServerKey {...{ ticket, seen, suggestion, plainAction }} confirm={confirmCollected}>
            {password}
          </ServerKey>
        ) : (
          <>
            <WithoutScript {...{ isCertified, isServerAllowed }} />
            <OwnKey
              {...{ ticket, isCertified, isServerAllowed, suggestion, plainAction }}
              ticketHash={ticketHash(ticket)}
              fileName={seen.fileName}
              isUploadAllowed={mayBeMadeBy("upload", seen)}
              wasEarly={early !== undefined}
              actions={{ checkPin, certify, confirm: confirmCollected }}
            >
              {password}
            </OwnKey>
          </>
        )}
      </Section>
    </IssueFrame>
  );
}
