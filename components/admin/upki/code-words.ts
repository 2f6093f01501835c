import { useMessages, useTranslations } from "next-intl";

/** The sentence of each code, by the codes that there are sentences for; one that is not known here stands for itself. */
function useCodeWords<Code extends string>(
  sentences: Readonly<Record<Code, string>>,
  t: (code: Code) => string,
): (code: string) => string {
  const other = useTranslations("Admin.upki");
  const codes = Object.keys(sentences) as Code[];
  return (code) => {
    const known = codes.find((one) => one === code);
    return known ? t(known) : other("unknownCode", { code });
  };
}

/** Why a mail or a file with PINs is dead. */
export function useDeadWords() {
  return useCodeWords(useMessages().Admin.upki.dead.reasons, useTranslations("Admin.upki.dead.reasons"));
}

/** Why the service refused an order. */
export function useRefusedWords() {
  return useCodeWords(useMessages().Admin.upki.refused.codes, useTranslations("Admin.upki.refused.codes"));
}

/** Why a list could not be read: the code stands first in its text. */
export function useListFaultWords() {
  const words = useCodeWords(useMessages().Admin.upki.list.faults, useTranslations("Admin.upki.list.faults"));
  return (fault: string) => words(fault.split(" ", 1)[0] ?? "");
}

/** What is wrong at the service's site: the code stands before the colon. */
export function useSiteFaultWords() {
  const words = useCodeWords(useMessages().Admin.upki.site.faults, useTranslations("Admin.upki.site.faults"));
  return (fault: string) => words(fault.split(":", 1)[0] ?? "");
}

/** Why a certificate cannot be adopted. */
export function useAdoptionWords() {
  return useCodeWords(
    useMessages().Admin.upki.adoption.problems,
    useTranslations("Admin.upki.adoption.problems"),
  );
}
