"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { useScripted } from "@/components/ui/use-scripted.ts";
import type { Code } from "@/server/errors.ts";

export type MemoState = { memo: string; saved?: boolean; refused?: Code; reference?: string };

type MemoFormProps = {
  number: number;
  memo: string;
  /** Whether the page was reached by saving without JavaScript. */
  wasSaved: boolean;
  action: (before: MemoState, form: FormData) => Promise<MemoState>;
};

/** 用途メモ: saved without leaving the page's place. */
export function MemoForm({ number, memo, wasSaved, action }: MemoFormProps) {
  const t = useTranslations("Memo");
  const sentenceFor = useRefusalSentence();
  const [state, save] = useActionState(action, { memo, saved: wasSaved });
  const isScripted = useScripted();
  return (
    <form action={save} className="memo-form">
      <input type="hidden" name="number" value={number} />
      {isScripted && <input type="hidden" name="scripted" value="yes" />}
      <input
        className="input"
        name="memo"
        aria-label={t("label")}
        aria-describedby="memo-hint memo-outcome"
        aria-invalid={state.refused ? true : undefined}
        maxLength={200}
        placeholder={t("placeholder")}
        autoComplete="off"
        key={state.memo}
        defaultValue={state.memo}
      />
      <SubmitButton className="button button-plain no-print" pendingLabel={t("saving")}>
        {t("save")}
      </SubmitButton>
      <p id="memo-hint" className="hint no-print w-full">
        {t("hint")}
      </p>
      <div id="memo-outcome" className="w-full">
        {state.refused && <FieldError sentence={sentenceFor(state.refused, state.reference)} />}
        <p role="status">{state.saved && t("saved")}</p>
      </div>
    </form>
  );
}
