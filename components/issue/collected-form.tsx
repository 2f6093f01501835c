"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { Code } from "@/server/errors.ts";

export type CollectedState = { notCollected?: boolean; refused?: Code; reference?: string };

type CollectedFormProps = {
  ticket: string;
  action: (before: CollectedState, form: FormData) => Promise<CollectedState>;
  isMain: boolean;
};

/** 完了: the holder has the file. */
export function CollectedForm({ ticket, action, isMain }: CollectedFormProps) {
  const t = useTranslations("Issue.download");
  const sentenceFor = useRefusalSentence();
  const [state, confirm] = useActionState(action, {});
  return (
    <form action={confirm} className="stack">
      <input type="hidden" name="ticket" value={ticket} />
      {(state.notCollected || state.refused) && (
        <FieldError
          sentence={state.refused ? sentenceFor(state.refused, state.reference) : t("notCollected")}
        />
      )}
      <SubmitButton
        className={`button button-wide ${isMain ? "button-main" : "button-plain"}`}
        pendingLabel={t("confirming")}
      >
        {t("confirm")}
      </SubmitButton>
    </form>
  );
}
