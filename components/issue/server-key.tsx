import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Moment } from "@/components/ui/date-time.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { CollectedForm, type CollectedState } from "./collected-form.tsx";
import { DownloadForm } from "./download-form.tsx";
import { OtherWays } from "./other-ways.tsx";
import type { Suggestion } from "./suggestion.ts";
import { mayBeMadeBy, type Step2 } from "./way.ts";

type ServerKeyProps = {
  ticket: string;
  seen: Step2;
  suggestion: Suggestion;
  plainAction: string;
  confirm: (before: CollectedState, form: FormData) => Promise<CollectedState>;
  /** What is said between the explanation and the form. */
  children: ReactNode;
};

/** STEP2 where the server makes the key. */
export function ServerKey({ ticket, seen, suggestion, plainAction, confirm, children }: ServerKeyProps) {
  const t = useTranslations("Issue.download");
  const isCollected = seen.state === "collected";
  return (
    <>
      {/* There before the download, so that what appears in it is read aloud. */}
      <div role="status">
        {isCollected && (
          <Notice tone="success" title={t("collected", { fileName: seen.fileName })}>
            <p>{t.rich("again", { at: () => <Moment at={seen.until} /> })}</p>
          </Notice>
        )}
      </div>
      {!isCollected && <p>{t("explanation", { fileName: seen.fileName })}</p>}
      {children}
      {isCollected && <CollectedForm ticket={ticket} action={confirm} isMain />}
      <DownloadForm
        action={plainAction}
        suggestion={suggestion}
        made={isCollected ? seen.encryption : null}
      />
      {!isCollected && (
        <>
          <p>{t("window")}</p>
          <CollectedForm ticket={ticket} action={confirm} isMain={false} />
          <OtherWays ticket={ticket} isServerAllowed={false} isUploadAllowed={mayBeMadeBy("upload", seen)} />
        </>
      )}
    </>
  );
}
