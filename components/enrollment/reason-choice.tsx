"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import { FieldError } from "@/components/ui/field-error.tsx";
import type { RevocationReason } from "@/server/ports.ts";

/** The likeliest to matter first, 「その他」 last. */
const reasons = [
  "keyCompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "unspecified",
] as const satisfies readonly RevocationReason[];

/** 失効の理由: none is preselected, so that the one that is recorded was meant. */
export function ReasonChoice({ chosen, isMissing }: { chosen?: RevocationReason; isMissing: boolean }) {
  const t = useTranslations("Confirm.revoke");
  const errorId = useId();
  return (
    <fieldset aria-describedby={isMissing ? errorId : undefined}>
      <legend>{t("reason")}</legend>
      {isMissing && <FieldError id={errorId} sentence={t("reasonMissing")} />}
      {reasons.map((reason) => (
        <label key={reason} className="choice">
          <input type="radio" name="reason" value={reason} required defaultChecked={reason === chosen} />
          <span>{t(`reasons.${reason}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
