"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef } from "react";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { Code } from "@/server/errors.ts";

export type PinState = { triesLeft?: number; isEmpty?: boolean; refused?: Code; reference?: string };

type PinFormProps = {
  ticket: string;
  triesLeft: number;
  action: (before: PinState, form: FormData) => Promise<PinState>;
};

/** 【STEP1】アクセスPINを入力: what was typed is not sent back, it is a password. */
export function PinForm({ ticket, triesLeft, action }: PinFormProps) {
  const t = useTranslations("Issue.pin");
  const sentenceFor = useRefusalSentence();
  const [state, send] = useActionState(action, {});
  const field = useRef<HTMLInputElement>(null);
  const left = state.triesLeft ?? triesLeft;
  const isWrong = state.triesLeft !== undefined || state.isEmpty || state.refused !== undefined;

  // Each answer is a new state: the one who has to type again is put where they type.
  useEffect(() => {
    if (state.triesLeft !== undefined || state.isEmpty || state.refused) field.current?.focus();
  }, [state]);

  return (
    <form action={send} className="stack">
      <input type="hidden" name="ticket" value={ticket} />
      <div className="field">
        <label htmlFor="pin">{t("label")}</label>
        <p id="pin-hint" className="hint">
          {t("hint")}
        </p>
        {isWrong && (
          <FieldError
            id="pin-error"
            sentence={
              state.refused
                ? sentenceFor(state.refused, state.reference)
                : state.isEmpty
                  ? t("empty")
                  : t("wrong", { triesLeft: left })
            }
          />
        )}
        <input
          ref={field}
          id="pin"
          name="pin"
          type="text"
          className="input pin-input"
          inputMode="text"
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          maxLength={64}
          required
          aria-describedby={isWrong ? "pin-hint pin-error" : "pin-hint"}
          aria-invalid={isWrong ? true : undefined}
        />
      </div>
      {!isWrong && left < 10 && <p className="hint">{t("triesLeft", { triesLeft: left })}</p>}
      <SubmitButton className="button button-main button-wide" pendingLabel={t("checking")}>
        {t("next")}
      </SubmitButton>
    </form>
  );
}
