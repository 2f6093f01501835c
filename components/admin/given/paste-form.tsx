"use client";

import { useActionState, useId } from "react";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { type Choice, InstitutionChoice } from "./institution-choice.tsx";

/** What was pasted, for whom, and what is wrong with it. */
export type PasteState = { text: string; institution: string; refused: string | null };

export type PasteFormProps = {
  action: (before: PasteState, form: FormData) => Promise<PasteState>;
  institutions: readonly Choice[];
  /** A line as it has to be. */
  example: string;
  words: Record<"institution" | "label" | "hint" | "button" | "pending", string>;
};

/** A list as text. It stays where it is when it cannot be read. */
export function PasteForm({ action, institutions, example, words }: PasteFormProps) {
  const [{ text, institution, refused }, send] = useActionState(action, {
    text: "",
    institution: "",
    refused: null,
  });
  const id = useId();
  return (
    <form action={send} className="stack">
      <InstitutionChoice
        id={`${id}-institution`}
        institutions={institutions}
        label={words.institution}
        chosen={institution}
      />
      <div className="field">
        <label htmlFor={id}>{words.label}</label>
        <textarea
          id={id}
          name="text"
          className="input"
          rows={8}
          required
          maxLength={20_000}
          spellCheck={false}
          autoComplete="off"
          defaultValue={text}
          placeholder={example}
          aria-invalid={refused ? true : undefined}
          aria-describedby={`${id}-hint${refused ? ` ${id}-refused` : ""}`}
        />
        <p id={`${id}-hint`} className="hint">
          {words.hint}
        </p>
        {refused && <FieldError id={`${id}-refused`} sentence={refused} />}
      </div>
      <SubmitButton pendingLabel={words.pending}>{words.button}</SubmitButton>
    </form>
  );
}
