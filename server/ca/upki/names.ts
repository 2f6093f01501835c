/** By what mails and lists are matched to requests: the name as the service writes it, in a form in which equal names are equal text. */

import { nameKey, type Rdn, splitServiceDn } from "./dn.ts";
import { dnColumnOf } from "./tsv.ts";

export type NameKeys = { nameKey: string; commonNameKey: string };

/** Of an RFC 4514 string. @throws when it is none */
export function nameKeyOf(dn: string): NameKeys {
  const keys = nameKeyIn(dnColumnOf(dn));
  if (!keys) throw new Error("a name without parts");
  return keys;
}

/** Of the service's form; null where it is not a name. */
export function nameKeyIn(text: string): NameKeys | null {
  const rdns = splitServiceDn(text);
  const common = rdns?.filter(({ type }) => type === "CN");
  if (!rdns || rdns.length === 0 || !common) return null;
  return { nameKey: nameKey(rdns), commonNameKey: nameKey(common) };
}

/** S/MIME certificates since 2023 are written with their common name alone. */
export function isBare(rdns: readonly Rdn[]): boolean {
  return rdns.length === 1 && rdns[0]?.type === "CN";
}
