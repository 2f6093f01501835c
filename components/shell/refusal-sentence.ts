"use client";

import { useTranslations } from "next-intl";
import type { Code } from "@/server/errors.ts";

/** The sentence for a refused form, with the number to quote where the log holds more. */
export function useRefusalSentence(): (refused: Code, reference?: string) => string {
  const errors = useTranslations("Errors");
  const site = useTranslations("Site");
  return (refused, reference) =>
    reference ? `${errors(refused)} ${site("reference", { reference })}` : errors(refused);
}
