"use client";

import { useTranslations } from "next-intl";
import { DeviceChoice } from "./device-choice.tsx";
import { useLookAgain } from "./look-again.ts";
import type { Suggestion } from "./suggestion.ts";

type DownloadFormProps = {
  action: string;
  suggestion: Suggestion;
  /** How the .p12 that was made is encrypted; null while there is none and the holder may choose. */
  made: Suggestion["encryption"] | null;
};

/** ダウンロード of a key that the server makes. A plain form, for the answer is a file. */
export function DownloadForm({ action, suggestion, made }: DownloadFormProps) {
  const t = useTranslations("Issue.download");
  const watch = useLookAgain(made === null);
  return (
    <form method="post" action={action} className="stack" onSubmit={watch}>
      <input type="hidden" name="madeBy" value="server" />
      {made ? (
        <>
          <p>{t("made", { encryption: t(`${made}.name`) })}</p>
          <input type="hidden" name="encryption" value={made} />
        </>
      ) : (
        <DeviceChoice suggestion={suggestion} />
      )}
      <button type="submit" className={`button button-wide ${made ? "button-plain" : "button-main"}`}>
        {made ? t("downloadAgain") : t("button")}
      </button>
    </form>
  );
}
