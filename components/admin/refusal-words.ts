import { useTranslations } from "next-intl";

const told = [
  "unreachable",
  "interrupted",
  "malformed",
  "doctype",
  "too_large",
  "not_metadata",
  "unsigned",
  "signature_misplaced",
  "signature_invalid",
  "algorithm_refused",
  "no_valid_until",
  "expired",
  "valid_too_long",
  "older",
  "no_provider",
  "other_entity",
  "no_signer",
] as const;

/** Why metadata were not taken, in a sentence; a code that is not known here stands for itself. */
export function useRefusalWords() {
  const t = useTranslations("Admin.federation.refusals");
  return (code: string) => {
    const known = told.find((one) => one === code);
    return known ? t(known) : t("other", { code });
  };
}
