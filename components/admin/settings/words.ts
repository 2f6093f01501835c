import { useTranslations } from "next-intl";
import type { SettingName } from "../answers.ts";

/** The sections of the form, in the order in which somebody sets up an institution. */
export const sections = {
  offer: [
    "isEnabled",
    "kinds",
    "clientTerms",
    "smimeTerms",
    "memberLimit",
    "institutionLimit",
    "approvalFor",
  ],
  told: ["contact", "noticeJa", "noticeEn"],
  certificates: ["dnBase", "cnRule", "keyOrigins"],
  proofs: ["aal2For", "ial2For", "aal2ForAdmin"],
  people: ["roleGrants", "affiliations", "undoHours", "revokeOnDisown"],
} as const satisfies Record<string, readonly SettingName[]>;
export const sectionNames = Object.keys(sections) as (keyof typeof sections)[];

/** How each is filled in: one of several, some of several, a line, a number, or several lines. */
export const shapes = {
  isEnabled: "one",
  kinds: "some",
  clientTerms: "some",
  smimeTerms: "some",
  memberLimit: "number",
  institutionLimit: "number",
  approvalFor: "some",
  contact: "line",
  noticeJa: "lines",
  noticeEn: "lines",
  dnBase: "line",
  cnRule: "one",
  keyOrigins: "some",
  aal2For: "some",
  ial2For: "some",
  aal2ForAdmin: "some",
  roleGrants: "lines",
  affiliations: "some",
  undoHours: "number",
  revokeOnDisown: "one",
} as const satisfies Record<SettingName, "one" | "some" | "line" | "number" | "lines">;

/** The words that a setting is a list of. */
export function chosenIn(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** What a choice of a setting is called. */
export function useChoiceWords(): (name: SettingName, choice: string) => string {
  const t = useTranslations("Admin.settings");
  return (name, choice) => {
    if (name === "clientTerms" || name === "smimeTerms") return t("months", { months: choice });
    const key = `choices.${name}.${choice}` as "choices.cnRule.uid";
    return t.has(key) ? t(key) : choice;
  };
}

/** A setting's value for people; nothing at all is said in words, too. */
export function useValueWords(): (name: SettingName, text: string) => string {
  const t = useTranslations("Admin.settings");
  const choiceWords = useChoiceWords();
  return (name, text) => {
    const shape = shapes[name];
    if (shape === "one") return choiceWords(name, text.trim());
    if (text.trim() === "") {
      const key = `nothing.${name}` as "nothing.kinds";
      return t.has(key) ? t(key) : t("empty");
    }
    if (shape !== "some") return text;
    return chosenIn(text)
      .map((choice) => choiceWords(name, choice))
      .join(t("and"));
  };
}

type Fault = { rule: string; value: string; field?: string; characters?: string };

/** What is wrong with a setting, in a sentence. */
export function useFaultWords(): (fault: Fault) => string {
  const t = useTranslations("Admin.settings.faults");
  return ({ rule, value, field = "", characters = "" }) => {
    const key = rule as "not_a_choice";
    return t(t.has(key) ? key : "other", { value, field, characters });
  };
}
