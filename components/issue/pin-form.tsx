"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef } from "react";
import { forgetPin, rememberPin } from "@/components/keys/entered-pin.ts";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import type { Code } from "@/server/errors.ts";
import { PinField } from "./pin-field.tsx";

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
    if (state.triesLeft === undefined && !state.isEmpty && !state.refused) return;
    forgetPin();
    field.current?.focus();
  }, [state]);

  return (
    <form
      action={send}
      className="stack"
      // The next page makes the .p12 with it, when it is right.
      onSubmit={() => rememberPin(ticket, field.current?.value ?? "")}
    >
      <input type="hidden" name="ticket" value={ticket} />
      <PinField
        hint={t("hint")}
        field={field}
        isRequired
        error={
          isWrong
            ? state.refused
              ? sentenceFor(state.refused, state.reference)
              : state.isEmpty
                ? t("empty")
                : t("wrong", { triesLeft: left })
            : undefined
        }
      />
      {!isWrong && left < 10 && <p className="hint">{t("triesLeft", { triesLeft: left })}</p>}
      <SubmitButton className="button button-main button-wide" pendingLabel={t("checking")}>
        {t("next")}
      </SubmitButton>
    </form>
  );
}
