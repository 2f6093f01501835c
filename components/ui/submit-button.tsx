"use client";

import type { ReactNode } from "react";
import { useFormStatus } from "react-dom";

type SubmitButtonProps = {
  children: ReactNode;
  /** Said instead of the children while the form is on its way. */
  pendingLabel: string;
  className?: string;
};

/** Sends its form once: while that is under way pressing it does nothing. Not `disabled`, which would take the focus away. */
export function SubmitButton({
  children,
  pendingLabel,
  className = "button button-main",
}: SubmitButtonProps) {
  const { pending } = useFormStatus();
  return (
    <button
      type="submit"
      className={className}
      aria-disabled={pending}
      aria-busy={pending}
      onClick={(event) => pending && event.preventDefault()}
    >
      {pending ? pendingLabel : children}
    </button>
  );
}
