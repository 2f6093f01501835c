/** What NII's service allows in a subject's name (主体者DN): which RDNs, in which order, how long, and with which characters. */
import { joinServiceDn, type Rdn, splitServiceDn } from "./dn.ts";

/**
 * - `missing`: not there, or empty
 * - `order`: not in the order CN, OU…, O, L, ST, C, or there more often than allowed
 * - `malformed`: not of the form that is wanted
 * - `unmappable`: holds characters that cp932 does not have
 */
export type Rule =
  | "missing"
  | "too_long"
  | "characters"
  | "not_digits"
  | "order"
  | "malformed"
  | "unmappable";

/** What is wrong in which field. `value`: all of the offending value; `characters`: those in it that may not stand there. */
export type Fault<Field extends string> = {
  field: Field;
  rule: Rule;
  value: string;
  limit?: number;
  characters?: string;
};

export type NameField = "dn" | "CN" | "OU" | "O" | "L" | "ST" | "C";

/** Of the whole name, as it stands in the TSV. */
export const LONGEST_DN = 250;
const LONGEST_VALUE = 64;

/** What may not stand in a common name; in the others `@` and `_` may not either. */
const notInCommonName = /[^A-Za-z0-9 '(),./:=@_-]/gu;
const notInOthers = /[^A-Za-z0-9 '(),./:=-]/gu;

/** OU, L and ST may be left out. */
const order = /^CN,(OU,)*O,(L,)?(ST,)?C$/;
const wanted = ["CN", "O", "C"] as const;

/** The characters of a text that no common name of the service may hold, each once; empty when there are none. */
export function notAllowedInCommonName(text: string): string {
  return distinct(text.match(notInCommonName));
}

/**
 * Everything that is wrong with a name, its RDNs in the order in which they are written; empty: the service takes it. Faults of
 * RDNs of a type that the service does not know are faults of `dn`.
 */
export function faultsOfName(rdns: readonly Rdn[]): Fault<NameField>[] {
  const whole = joinServiceDn(rdns);
  const faults: Fault<NameField>[] = [];
  for (const type of wanted) {
    if (!rdns.some((rdn) => rdn.type === type)) faults.push({ field: type, rule: "missing", value: "" });
  }
  if (faults.length === 0 && !order.test(rdns.map(({ type }) => type).join(","))) {
    faults.push({ field: "dn", rule: "order", value: whole });
  }
  faults.push(...rdns.flatMap(faultsOfRdn));
  if (whole.length > LONGEST_DN) {
    faults.push({ field: "dn", rule: "too_long", value: whole, limit: LONGEST_DN });
  }
  // A value such as `a,OU=b` is made of allowed characters, but its name would be read as another one.
  if (faults.length === 0 && joinedDiffers(rdns, splitServiceDn(whole))) {
    faults.push({ field: "dn", rule: "malformed", value: whole });
  }
  return faults;
}

function faultsOfRdn({ type, value }: Rdn): Fault<NameField>[] {
  const field = fieldOf(type);
  if (value === "") return [{ field, rule: "missing", value }];
  if (type === "C") return value === "JP" ? [] : [{ field, rule: "malformed", value }];
  const faults: Fault<NameField>[] = [];
  if (value.length > LONGEST_VALUE) faults.push({ field, rule: "too_long", value, limit: LONGEST_VALUE });
  const characters = distinct(value.match(type === "CN" ? notInCommonName : notInOthers));
  if (characters !== "") faults.push({ field, rule: "characters", value, characters });
  // The service's answers name it without them.
  else if (value !== value.trim()) faults.push({ field, rule: "malformed", value });
  return faults;
}

function fieldOf(type: string): NameField {
  const known = (["CN", "OU", "O", "L", "ST", "C"] as const).find((name) => name === type);
  return known ?? "dn";
}

function joinedDiffers(rdns: readonly Rdn[], read: readonly Rdn[] | null): boolean {
  if (read?.length !== rdns.length) return true;
  return rdns.some(({ type, value }, at) => read[at]?.type !== type || read[at]?.value !== value);
}

function distinct(characters: readonly string[] | null): string {
  return [...new Set(characters)].join("");
}
