/** Why a form of registrars and operators was refused, in a sentence of the reader's language. */
import "server-only";
import { getTranslations } from "next-intl/server";
import type { Refusal } from "@/server/api/errors.ts";

export async function sentenceOf({ refused, reference, about }: Refusal): Promise<string> {
  const [t, errors, site] = await Promise.all([
    getTranslations("Admin.deed"),
    getTranslations("Errors"),
    getTranslations("Site"),
  ]);
  if (refused === "not_found") return t("notFound");
  if (refused === "invalid_input") return t("invalid");
  const sentence = errors(refused, about ?? { field: "", value: "" });
  return reference ? `${sentence} ${site("reference", { reference })}` : sentence;
}
