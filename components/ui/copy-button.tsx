"use client";

import { useState } from "react";

type CopyButtonProps = {
  value: string;
  label: string;
  copiedLabel: string;
  failedLabel: string;
  /** The id of what says which value it is, where a page has several. */
  describedBy?: string;
};

/** Puts a value on the clipboard and says whether that worked. */
export function CopyButton({ value, label, copiedLabel, failedLabel, describedBy }: CopyButtonProps) {
  const [outcome, setOutcome] = useState("");

  async function copy() {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome(copiedLabel);
    } catch {
      setOutcome(failedLabel);
    }
  }

  return (
    <span className="needs-script no-print inline-flex flex-wrap items-center gap-2">
      <button
        type="button"
        className="button button-plain button-small"
        onClick={copy}
        aria-describedby={describedBy}
      >
        {label}
      </button>
      <span role="status">{outcome}</span>
    </span>
  );
}
