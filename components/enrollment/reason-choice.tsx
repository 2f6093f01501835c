"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import { type RevocationReason, revocationReasons } from "@/server/ports.ts";

/** 失効の理由: none is preselected, so that the one that is recorded was meant. */
export function ReasonChoice({ chosen, isMissing }: { chosen?: RevocationReason; isMissing: boolean }) {
  const t = useTranslations("Confirm.revoke");
  const errorId = useId();
  return (
    <fieldset aria-describedby={isMissing ? errorId : undefined}>
      <legend>{t("reason")}</legend>
      {isMissing && (
        <p id={errorId} className="field-error" role="alert">
          {t("reasonMissing")}
        </p>
      )}
      {revocationReasons.map((reason) => (
        <label key={reason} className="choice">
          <input type="radio" name="reason" value={reason} required defaultChecked={reason === chosen} />
          <span>{t(`reasons.${reason}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
