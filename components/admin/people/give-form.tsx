"use client";

import { useActionState, useId } from "react";
import { FieldError } from "@/components/ui/field-error.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";

type Role = "registrar" | "operator";

/** What was typed, and what is to be said of it where it was refused. */
export type GiveState = { role: string; until: string; reason: string; refused: string | null };

type GiveFormProps = {
  action: (before: GiveState, form: FormData) => Promise<GiveState>;
  memberId: string;
  mayBe: readonly Role[];
  words: Record<"legend" | "until" | "untilHint" | "reason" | "reasonHint" | "button" | "pending", string> & {
    roles: Record<Role, { name: string; what: string }>;
  };
};

/** 権限を付与する: which, until when, and why. */
export function GiveForm({ action, memberId, mayBe, words }: GiveFormProps) {
  const before = { role: "registrar", until: "", reason: "", refused: null };
  const [typed, send] = useActionState(action, before);
  const id = useId();
  return (
    <form action={send} className="stack">
      <input type="hidden" name="member" value={memberId} />
      <fieldset className="card">
        <legend>{words.legend}</legend>
        {mayBe.map((role) => (
          <label key={`${role} ${typed.role}`} className="choice">
            <input type="radio" name="role" value={role} defaultChecked={typed.role === role} />
            <span>
              {words.roles[role].name}
              <small>{words.roles[role].what}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor={`${id}-until`}>{words.until}</label>
        <input
          id={`${id}-until`}
          name="until"
          type="date"
          className="input"
          defaultValue={typed.until}
          aria-describedby={`${id}-until-hint`}
        />
        <p id={`${id}-until-hint`} className="hint">
          {words.untilHint}
        </p>
      </div>
      <div className="field">
        <label htmlFor={`${id}-reason`}>{words.reason}</label>
        <input
          id={`${id}-reason`}
          name="reason"
          className="input"
          required
          maxLength={500}
          defaultValue={typed.reason}
          autoComplete="off"
          aria-describedby={`${id}-reason-hint${typed.refused ? ` ${id}-refused` : ""}`}
        />
        <p id={`${id}-reason-hint`} className="hint">
          {words.reasonHint}
        </p>
        {typed.refused && <FieldError id={`${id}-refused`} sentence={typed.refused} />}
      </div>
      <SubmitButton pendingLabel={words.pending}>{words.button}</SubmitButton>
    </form>
  );
}
