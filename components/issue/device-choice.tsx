import { useTranslations } from "next-intl";
import { useId } from "react";
import type { Suggestion } from "./suggestion.ts";

const encryptions = ["modern", "compatible"] as const;

/** 証明書を使う機器: the .p12 fits it. */
export function DeviceChoice({ suggestion }: { suggestion: Suggestion }) {
  const t = useTranslations("Issue.download");
  const id = useId();
  return (
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
  );
}
