import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { CollectedForm } from "@/components/issue/collected-form.tsx";
import { DownloadForm } from "@/components/issue/download-form.tsx";
import { IssueFrame } from "@/components/issue/frame.tsx";
import { suggest } from "@/components/issue/suggestion.ts";
import { Moment } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import type { Locale } from "@/server/i18n/routing.ts";
import { confirmCollected } from "../actions.ts";
import { goTo, view } from "../visit.ts";

type DownloadPageProps = {
  params: Promise<{ locale: Locale; ticket: string }>;
  searchParams: Promise<{ failed?: string; entered?: string }>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: { absolute: (await getTranslations("Issue"))("title", { step: 2 }) } };
}

/** 【STEP2】証明書を受け取る */
export default async function DownloadPage({ params, searchParams }: DownloadPageProps) {
  const [{ locale, ticket }, { failed, entered }] = await Promise.all([params, searchParams]);
  const seen = await view(ticket);
  // The right PIN was entered a moment ago, but the browser did not keep what it was given for it.
  if (seen.state === "pin" && entered) return goTo(ticket, "pin", "?cookies=off");
  if (seen.state !== "download" && seen.state !== "collected") return goTo(ticket, seen.state);
  const t = await getTranslations("Issue.download");
  const isCollected = seen.state === "collected";
  return (
    <IssueFrame step={2}>
      <section className="stack" aria-labelledby="step">
        <h2 id="step" className="section-title">
          {t("title")}
        </h2>
        {failed && (
          <Notice tone="error" role="alert" title={t("failed")}>
            <p>{t("failedHint")}</p>
          </Notice>
        )}
        {/* There before the download, so that what appears in it is read aloud. */}
        <div role="status">
          {isCollected && (
            <Notice tone="success" title={t("collected", { fileName: seen.fileName })}>
              <p>{t.rich("again", { at: () => <Moment at={seen.until} /> })}</p>
            </Notice>
          )}
        </div>
        {!isCollected && <p>{t("explanation", { fileName: seen.fileName })}</p>}
        <Notice tone="info" title={t("password")}>
          <p>{t("passwordHint")}</p>
        </Notice>
        {isCollected && <CollectedForm ticket={ticket} action={confirmCollected} isMain />}
        <DownloadForm
          action={`/${locale}/issue/${ticket}/file`}
          suggestion={suggest(await headers())}
          made={isCollected ? seen.encryption : null}
        />
        {!isCollected && (
          <>
            <p>{t("window")}</p>
            <CollectedForm ticket={ticket} action={confirmCollected} isMain={false} />
          </>
        )}
      </section>
    </IssueFrame>
  );
}
