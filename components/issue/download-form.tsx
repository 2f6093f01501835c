"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useId, useState } from "react";
import type { Suggestion } from "./suggestion.ts";

type DownloadFormProps = {
  action: string;
  suggestion: Suggestion;
  /** How the .p12 that was made is encrypted; null while there is none and the holder may choose. */
  made: Suggestion["encryption"] | null;
};

const encryptions = ["modern", "compatible"] as const;

/** ダウンロード: the holder says for which device, and the .p12 fits it. A plain form, for the answer is a file. */
export function DownloadForm({ action, suggestion, made }: DownloadFormProps) {
  const t = useTranslations("Issue.download");
  const id = useId();
  const watch = useLookAgain(made === null);
  return (
    <form method="post" action={action} className="stack" onSubmit={watch}>
      {made ? (
        <>
          <p>{t("made", { encryption: t(`${made}.name`) })}</p>
          <input type="hidden" name="encryption" value={made} />
        </>
      ) : (
        <fieldset className="stack">
          <legend>{t("device")}</legend>
          <p className="hint">
            {suggestion.device
              ? t("suggested", { device: t(`devices.${suggestion.device}`) })
              : t("suggestedUnknown")}
          </p>
          {encryptions.map((encryption) => (
            <label key={encryption} className="choice choice-boxed">
              <input
                type="radio"
                name="encryption"
                value={encryption}
                defaultChecked={encryption === suggestion.encryption}
                aria-describedby={`${id}-${encryption}`}
              />
              <span>
                <b>{t(`${encryption}.name`)}</b>
                <small id={`${id}-${encryption}`}>{t(`${encryption}.devices`)}</small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <button type="submit" className={`button button-wide ${made ? "button-plain" : "button-main"}`}>
        {made ? t("downloadAgain") : t("button")}
      </button>
    </form>
  );
}

const lookAgain = { every: 1_500, times: 20 };

/** A browser does not tell the page that its file has arrived: after the click the page looks a few times by itself. */
function useLookAgain(isAwaited: boolean): () => void {
  const router = useRouter();
  const [left, setLeft] = useState(0);

  useEffect(() => {
    if (!isAwaited || left === 0) return;
    const timer = setTimeout(() => {
      router.refresh();
      setLeft(left - 1);
    }, lookAgain.every);
    return () => clearTimeout(timer);
  }, [isAwaited, left, router]);

  return () => setLeft(lookAgain.times);
}
