"use client";

import { useLocale, useTranslations } from "next-intl";
import { useActionState, useState } from "react";
import { useRefusalSentence } from "@/components/shell/refusal-sentence.ts";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { useScripted } from "@/components/ui/use-scripted.ts";
import type { Code } from "@/server/errors.ts";
import { Link } from "@/server/i18n/navigation.ts";

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
  const [isEdited, setEdited] = useState(false);
  return (
    <form
      action={save}
      className="memo-form"
      onInput={() => setEdited(true)}
      onSubmit={() => setEdited(false)}
    >
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
        {state.refused === "not_signed_in" && <LoginAgain to={`/certs/${number}`} />}
        <p role="status">{state.saved && !isEdited && t("saved")}</p>
      </div>
    </form>
  );
}

/** The way to a new login that leaves what was typed where it is. */
function LoginAgain({ to }: { to: string }) {
  const t = useTranslations("Memo");
  const locale = useLocale();
  return (
    <p>
      {t.rich("kept", {
        login: (text) => (
          <Link href={{ pathname: "/login", query: { to: `/${locale}${to}` } }} target="_blank">
            {text}
          </Link>
        ),
      })}
    </p>
  );
}
