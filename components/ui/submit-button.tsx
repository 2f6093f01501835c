"use client";

import type { ReactNode } from "react";
import { useFormStatus } from "react-dom";

type SubmitButtonProps = {
  children: ReactNode;
  /** Said instead of the children while the form is on its way. */
  pendingLabel: string;
  className?: string;
};

/** Sends its form once: while that is under way it may not be pressed again. */
export function SubmitButton({
  children,
  pendingLabel,
  className = "button button-main",
}: SubmitButtonProps) {
  const { pending } = useFormStatus();
  return (
    <button type="submit" className={className} disabled={pending} aria-busy={pending}>
      {pending ? pendingLabel : children}
    </button>
  );
}
