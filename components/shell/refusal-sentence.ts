"use client";

import { useTranslations } from "next-intl";
import type { Code } from "@/server/errors.ts";

type About = { field: string; value: string };

/** The sentence for a refused form, with the value that is at fault, and the number to quote where the log holds more. */
export function useRefusalSentence(): (refused: Code, reference?: string, about?: About) => string {
  const errors = useTranslations("Errors");
  const site = useTranslations("Site");
  return (refused, reference, { field, value } = { field: "", value: "" }) => {
    const sentence = errors(refused, { field, value });
    return reference ? `${sentence} ${site("reference", { reference })}` : sentence;
  };
}
