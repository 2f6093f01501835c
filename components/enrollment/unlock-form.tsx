"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { DeedAction } from "./deeds.ts";

/** ロックを解除: after ten wrong PINs, by the one who has just logged in. */
export function UnlockForm({ number, action }: { number: number; action: DeedAction }) {
  const t = useTranslations("Unlock");
  const sentenceFor = useRefusalSentence();
  const [state, unlock] = useActionState(action, {});
  return (
    <form action={unlock} className="stack">
      <input type="hidden" name="number" value={number} />
      {state.refused && <FieldError sentence={sentenceFor(state.refused, state.reference)} />}
      <SubmitButton className="button button-main" pendingLabel={t("pending")}>
        {t("button")}
      </SubmitButton>
    </form>
  );
}
