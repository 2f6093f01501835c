"use client";

import { useActionState, useId } from "react";
import { FieldError } from "@/components/ui/field-error.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { type Choice, InstitutionChoice } from "../given/institution-choice.tsx";

type Typed = Record<"institution" | "name" | "until" | "reason", string>;
/** What was typed, what is to be said of it where it was refused, and what was made: the token is shown this once. */
export type MakeState = Typed & { refused: string | null; token: string | null };

type Words = Record<
  | "institution"
  | "name"
  | "nameHint"
  | "until"
  | "untilHint"
  | "reason"
  | "reasonHint"
  | "button"
  | "pending"
  | "made"
  | "madeHint"
  | "token"
  | "again",
  string
>;
type MakeFormProps = {
  action: (before: MakeState, form: FormData) => Promise<MakeState>;
  /** Of this page: posted twice it makes one token. */
  formKey: string;
  institutions: readonly Choice[];
  /** The page once more, for another one. */
  here: string;
  words: Words;
};

const nothing: MakeState = { institution: "", name: "", until: "", reason: "", refused: null, token: null };

/** APIトークンを作成: for which program, until when, and why. */
export function MakeForm({ action, formKey, institutions, here, words }: MakeFormProps) {
  const [state, send] = useActionState(action, nothing);
  const id = useId();
  if (state.token) {
    return (
      <Notice tone="success" role="status" title={words.made}>
        <p>{words.madeHint}</p>
        <p>
          {words.token} <code className="entity-id">{state.token}</code>
        </p>
        <p>
          <a className="button button-plain" href={here}>
            {words.again}
          </a>
        </p>
      </Notice>
    );
  }
  const field = (name: "name" | "until" | "reason", label: string, hint: string, rest: object) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        name={name}
        className="input"
        defaultValue={state[name]}
        autoComplete="off"
        aria-describedby={`${id}-${name}-hint`}
        {...rest}
      />
      <p id={`${id}-${name}-hint`} className="hint">
        {hint}
      </p>
    </div>
  );
  return (
    <form action={send} className="stack">
      <input type="hidden" name="key" value={formKey} />
      <InstitutionChoice
        id={`${id}-institution`}
        institutions={institutions}
        label={words.institution}
        chosen={state.institution}
      />
      {field("name", words.name, words.nameHint, { required: true, maxLength: 100 })}
      {field("until", words.until, words.untilHint, { type: "date" })}
      {field("reason", words.reason, words.reasonHint, { required: true, maxLength: 500 })}
      {state.refused && <FieldError sentence={state.refused} />}
      <SubmitButton pendingLabel={words.pending}>{words.button}</SubmitButton>
    </form>
  );
}
