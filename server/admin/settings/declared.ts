/**
 * Every setting of an institution, once: what it may be, who may change it, and how it is written. Forms, files, versions and the audit
 * all go by this table; a column of `Institution` that is not in it is no setting.
 */
import { z } from "zod";
import { adminDeeds, guardedDeeds } from "../../assurance.ts";
import { kindNames } from "../../enrollment/kind.ts";
import { cnRules, keyOrigins } from "../../ports.ts";
import { asItIs, flag, grants, list, number, numberOrNone, numbers, type Text, word } from "./texts.ts";

/** eduPersonAffiliation's vocabulary (eduPerson 2.2.1). */
const affiliations = [
  "faculty",
  "student",
  "staff",
  "employee",
  "member",
  "affiliate",
  "alum",
  "library-walk-in",
] as const;

/** Why a value is refused: the key of its sentence in messages (`Admin.settings.faults`). */
export const valueRules = [
  "not_a_flag",
  "not_a_number",
  "not_a_choice",
  "none_chosen",
  "not_an_address",
  "not_a_grant",
  "not_text",
  "too_long",
  "control_character",
] as const;
export type ValueRule = (typeof valueRules)[number];
const because = (rule: ValueRule): ValueRule => rule;

const oneOf = <const T extends readonly [string, ...string[]]>(choices: T) =>
  z.enum(choices, because("not_a_choice"));

/** Each once, in the order of the choices. */
const someOf = <const T extends readonly [string, ...string[]]>(choices: T) =>
  z
    .array(oneOf(choices), because("not_a_choice"))
    .max(100, because("too_long"))
    .transform((chosen) => choices.filter((one): one is T[number] => chosen.includes(one as never)));

const whole = (least: number, most: number) =>
  z.int(because("not_a_number")).min(least, because("not_a_number")).max(most, because("not_a_number"));

/** Months, each once, the longest first. */
const months = z
  .array(whole(1, 120), because("not_a_number"))
  .max(20, because("too_long"))
  .transform((chosen) => [...new Set(chosen)].toSorted((one, other) => other - one));

/** Without spaces around it; its lines end in LF. */
const text = (most: number) =>
  z
    .string(because("not_text"))
    .overwrite((value) => value.replaceAll(/\r\n?/g, "\n").trim())
    .refine((value) => [...value].length <= most, because("too_long"))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
    .refine((value) => !/[\u0000-\u0009\u000b-\u001f\u007f]/.test(value), because("control_character"));

const oneLine = (most: number) =>
  text(most).refine((value) => !value.includes("\n"), because("control_character"));

const contact = oneLine(254).refine(
  (value) => value === "" || z.email().safeParse(value).success,
  because("not_an_address"),
);

const roleGrants = z
  .array(
    z.object(
      {
        attribute: z.enum(["entitlement", "isMemberOf"], because("not_a_grant")),
        value: oneLine(500).min(1, because("not_a_grant")),
        role: z.literal("registrar", because("not_a_grant")),
      },
      because("not_a_grant"),
    ),
    because("not_a_grant"),
  )
  .max(20, because("too_long"));

type Setting = {
  /** `operator`: operators only; `registrar`: also the registrars of the institution. */
  by: "operator" | "registrar";
  schema: z.ZodType;
  text: Text;
  /** What a form offers, where there is a choice. */
  choices?: readonly string[];
};

export const declared = {
  isEnabled: {
    by: "operator",
    schema: z.boolean(because("not_a_flag")),
    text: flag,
    choices: ["true", "false"],
  },
  kinds: { by: "registrar", schema: someOf(kindNames), text: list, choices: kindNames },
  clientTerms: { by: "registrar", schema: months, text: numbers },
  smimeTerms: { by: "registrar", schema: months, text: numbers },
  memberLimit: { by: "registrar", schema: whole(1, 1000).nullable(), text: numberOrNone },
  institutionLimit: { by: "operator", schema: whole(1, 10_000_000).nullable(), text: numberOrNone },
  approvalFor: { by: "registrar", schema: someOf(kindNames), text: list, choices: kindNames },
  dnBase: { by: "operator", schema: oneLine(1000), text: asItIs },
  cnRule: { by: "operator", schema: oneOf(cnRules), text: word, choices: cnRules },
  keyOrigins: {
    by: "operator",
    schema: someOf(keyOrigins).refine((chosen) => chosen.length > 0, because("none_chosen")),
    text: list,
    choices: keyOrigins,
  },
  aal2For: { by: "registrar", schema: someOf(guardedDeeds), text: list, choices: guardedDeeds },
  ial2For: { by: "registrar", schema: someOf(guardedDeeds), text: list, choices: guardedDeeds },
  aal2ForAdmin: { by: "registrar", schema: someOf(adminDeeds), text: list, choices: adminDeeds },
  contact: { by: "registrar", schema: contact, text: asItIs },
  noticeJa: { by: "registrar", schema: text(2000), text: asItIs },
  noticeEn: { by: "registrar", schema: text(2000), text: asItIs },
  roleGrants: { by: "registrar", schema: roleGrants, text: grants },
  affiliations: { by: "registrar", schema: someOf(affiliations), text: list, choices: affiliations },
  undoHours: { by: "registrar", schema: whole(0, 720), text: number },
  revokeOnDisown: {
    by: "registrar",
    schema: z.boolean(because("not_a_flag")),
    text: flag,
    choices: ["true", "false"],
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof declared;
export const settingNames = Object.keys(declared) as SettingName[];

/** All settings of an institution, as its row holds them. */
export type Settings = { [Name in SettingName]: z.output<(typeof declared)[Name]["schema"]> };
export type Texts = Record<SettingName, string>;

/** How an institution is before anybody has set anything: the defaults of its columns. Its names in certificates follow the metadata. */
export const usual: Omit<Settings, "dnBase"> = {
  ...{ isEnabled: true, kinds: ["client", "smime"], clientTerms: [], smimeTerms: [] },
  ...{ memberLimit: null, institutionLimit: null, approvalFor: [] },
  ...{ cnRule: "displayName", keyOrigins: ["browser", "server"] },
  ...{ aal2For: [], ial2For: [], aal2ForAdmin: [] },
  ...{ contact: "", noticeJa: "", noticeEn: "" },
  ...{ roleGrants: [], affiliations: [], undoHours: 24, revokeOnDisown: false },
};

export function isSetting(name: string): name is SettingName {
  return Object.hasOwn(declared, name);
}

/** Whose they are to change. */
export function mayChange(name: SettingName, { isOperator }: { isOperator: boolean }): boolean {
  return isOperator || declared[name].by === "registrar";
}

/** What is wrong with a setting. `value`: what stands there; `field`, `characters`: of which part of a name, and which of its characters. */
export type Fault = {
  setting: SettingName;
  rule: string;
  value: string;
  field?: string;
  characters?: string;
};

/** Values as a form's lines or a table's cells say them; a setting that is not named stays as it is. */
export function readTexts(texts: Readonly<Partial<Texts>>): { values: Partial<Settings>; faults: Fault[] } {
  const read = Object.fromEntries(
    settingNames.flatMap((name) => {
      const text = texts[name];
      return text === undefined ? [] : [[name, declared[name].text.read(text)]];
    }),
  );
  return readValues(read);
}

/** Values as they are, from whoever wrote them. */
export function readValues(given: Readonly<Record<string, unknown>>): {
  values: Partial<Settings>;
  faults: Fault[];
} {
  const values: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const name of settingNames) {
    if (!Object.hasOwn(given, name)) continue;
    const { data, error } = declared[name].schema.safeParse(given[name]);
    const [issue] = error?.issues ?? [];
    if (issue) faults.push({ setting: name, rule: issue.message, value: shown(at(given[name], issue.path)) });
    else values[name] = data;
  }
  return { values: values as Partial<Settings>, faults };
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], value);
}

/** What stands there, as far as a sentence has room for it. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return [...text].length > 80 ? `${[...text].slice(0, 80).join("")}…` : text;
}

export function writeTexts(settings: Settings): Texts {
  return Object.fromEntries(settingNames.map((name) => [name, textOf(name, settings[name])])) as Texts;
}

export function textOf(name: SettingName, value: unknown): string {
  return declared[name].text.write(value);
}

/** The settings in a row or in a version, and nothing else of it; lists in their order. */
export function settingsIn(row: { [Name in SettingName]?: unknown }): Settings {
  const held = Object.fromEntries(
    settingNames.filter((name) => name in row).map((name) => [name, row[name]]),
  );
  return { ...held, ...readValues(held).values } as Settings;
}

/** Names of those that differ, where both are known. */
export function differing(one: Partial<Settings>, other: Partial<Settings>): SettingName[] {
  return settingNames.filter(
    (name) => name in one && name in other && textOf(name, one[name]) !== textOf(name, other[name]),
  );
}
