"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { DeedAction } from "./deeds.ts";

/** ロックを解除: after ten wrong PINs, by the one who has just logged in. */
export function UnlockForm({ number, action }: { number: number; action: DeedAction }) {
  const t = useTranslations("Unlock");
  const errors = useTranslations("Errors");
  const [state, unlock] = useActionState(action, {});
  return (
    <form action={unlock} className="stack">
      <input type="hidden" name="number" value={number} />
      {state.refused && <FieldError sentence={errors(state.refused)} />}
      <SubmitButton className="button button-main" pendingLabel={t("pending")}>
        {t("button")}
      </SubmitButton>
    </form>
  );
}
