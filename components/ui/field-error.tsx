import { Icon } from "./icons.tsx";

/** What is wrong with what was just sent, said next to it. */
export function FieldError({ id, sentence }: { id?: string; sentence: string }) {
  return (
    <p id={id} className="field-error" role="alert">
      <Icon name="warning" />
      {sentence}
    </p>
  );
}
