"use client";

import { useActionState, useId } from "react";
import { ReasonChoice } from "@/components/enrollment/reason-choice.tsx";
import { FieldError } from "@/components/ui/field-error.tsx";
import { Notice } from "@/components/ui/notice.tsx";
import { SubmitButton } from "@/components/ui/submit-button.tsx";
import { Link } from "@/server/i18n/navigation.ts";
import type { RevocationReason } from "@/server/ports.ts";

/** What was typed and chosen, and what is to be said of it where it was refused. `missing`: what was left out. */
export type DeedState = {
  words: string;
  reason?: RevocationReason | undefined;
  missing?: "words" | "reason" | undefined;
  refused: string | null;
};

export type DeedFormProps = {
  action: (before: DeedState, form: FormData) => Promise<DeedState>;
  /** What the form carries unseen; several may have one name. */
  fields: readonly (readonly [name: string, value: string])[];
  /** Why, in words: of what use they are. Null where none are asked for. */
  wordsHint: string | null;
  /** Whether a reason for the CA is chosen too. */
  choosesReason?: boolean;
  /** What stood in the form before a login came between. */
  before?: { words?: string; reason?: RevocationReason | undefined };
  button: string;
  grave?: boolean;
  backTo: string;
  /** In the reader's language: the browser has no others of these pages. */
  said: { words: string; wordsMissing: string; notDone: string; working: string; back: string };
};

/** The form of `ConfirmDeed`. What was typed stays where it is when the deed is refused. */
export function DeedForm(props: DeedFormProps) {
  const { action, fields, wordsHint, before, backTo, said } = props;
  const [state, send] = useActionState(action, {
    words: before?.words ?? "",
    reason: before?.reason,
    refused: null,
  });
  return (
    <form action={send} className="stack">
      {fields.map(([name, value]) => (
        <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
      ))}
      {props.choosesReason && <ReasonChoice chosen={state.reason} isMissing={state.missing === "reason"} />}
      {wordsHint && (
        <Words said={said} hint={wordsHint} words={state.words} isMissing={state.missing === "words"} />
      )}
      {state.refused && (
        <Notice tone="error" role="alert" title={said.notDone}>
          <p>{state.refused}</p>
        </Notice>
      )}
      <div className="actions">
        <SubmitButton
          className={props.grave ? "button button-grave" : "button button-main"}
          pendingLabel={said.working}
        >
          {props.button}
        </SubmitButton>
        <Link className="button button-plain" href={backTo}>
          {said.back}
        </Link>
      </div>
    </form>
  );
}

type WordsProps = Pick<DeedFormProps, "said"> & { hint: string; words: string; isMissing: boolean };

function Words({ said, hint, words, isMissing }: WordsProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{said.words}</label>
      <textarea
        id={id}
        name="words"
        className="input"
        rows={3}
        required
        maxLength={500}
        defaultValue={words}
        aria-invalid={isMissing ? true : undefined}
        aria-describedby={`${id}-hint${isMissing ? ` ${id}-missing` : ""}`}
      />
      <p id={`${id}-hint`} className="hint">
        {hint}
      </p>
      {isMissing && <FieldError id={`${id}-missing`} sentence={said.wordsMissing} />}
    </div>
  );
}
