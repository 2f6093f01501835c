"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { DeedAction } from "./deeds.ts";

type OneButtonFormProps = {
  /** Whose words it has: ロックを解除, after ten wrong PINs; 証明書取得URLのメールを送る, where that mail waits for its member; 身に覚えがない. */
  name: "Unlock" | "ReleaseUrl" | "Disown";
  number: number;
  action: DeedAction;
};

/** A deed on one application that asks for nothing else. */
export function OneButtonForm({ name, number, action }: OneButtonFormProps) {
  const t = useTranslations(name);
  const sentenceFor = useRefusalSentence();
  const [state, send] = useActionState(action, {});
  return (
    <form action={send} className="stack">
      <input type="hidden" name="number" value={number} />
      {state.refused && <FieldError sentence={sentenceFor(state.refused, state.reference)} />}
      <SubmitButton className="button button-main" pendingLabel={t("pending")}>
        {t("button")}
      </SubmitButton>
    </form>
  );
}
