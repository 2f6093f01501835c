"use client";

import { useActionState, useId } from "react";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";

/** What was typed, and what is to be said of it where it was refused. */
export type ReasonState = { reason: string; refused: string | null };

type ReasonFormProps = {
  action: (before: ReasonState, form: FormData) => Promise<ReasonState>;
  /** What the form carries unseen. */
  fields: Readonly<Record<string, string>>;
  words: { reason: string; hint: string; button: string; pending: string };
  /** What has to be ticked before, where something has. */
  confirm?: string;
  grave?: boolean;
};

/** A deed that wants a reason. What was typed stays where it is when the deed is refused. */
export function ReasonForm({ action, fields, words, confirm, grave = false }: ReasonFormProps) {
  const [{ reason, refused }, send] = useActionState(action, { reason: "", refused: null });
  const id = useId();
  return (
    <form action={send} className="stack">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <div className="field">
        <label htmlFor={id}>{words.reason}</label>
        <input
          id={id}
          name="reason"
          className="input"
          required
          maxLength={500}
          defaultValue={reason}
          autoComplete="off"
          aria-describedby={`${id}-hint${refused ? ` ${id}-refused` : ""}`}
        />
        <p id={`${id}-hint`} className="hint">
          {words.hint}
        </p>
        {refused && <FieldError id={`${id}-refused`} sentence={refused} />}
      </div>
      {confirm && (
        <label className="choice">
          <input type="checkbox" name="confirmed" value="yes" required />
          <span>{confirm}</span>
        </label>
      )}
      <SubmitButton
        className={`button ${grave ? "button-grave-plain" : "button-plain"}`}
        pendingLabel={words.pending}
      >
        {words.button}
      </SubmitButton>
    </form>
  );
}
