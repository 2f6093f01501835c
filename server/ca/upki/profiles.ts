/** Which profile of the service stands for which kind and term: a table in the settings, for NII changes it now and then. */
import { type Kind, kindNames } from "../../enrollment/kind.ts";

/** Months in the order in which they are offered, the default first, each with its profile's number. */
export type Profiles = Readonly<Record<Kind, ReadonlyMap<number, string>>>;

/** As of 2020: the terms that the portal's users know. */
export const usualProfiles = "client:52=5,client:25=14,client:13=13,smime:52=7,smime:25=16,smime:13=15";

/** Reads `kind:months=profile`, with commas between; null when it is not so, a term stands twice, or a kind has none. */
export function readProfiles(text: string): Profiles | null {
  const profiles: Record<Kind, Map<number, string>> = { client: new Map(), smime: new Map() };
  for (const entry of text.split(",")) {
    const [, kind, months, profile] = /^\s*(client|smime):([1-9]\d{0,2})=(\d{1,6})\s*$/.exec(entry) ?? [];
    if (!kind || !months || !profile) return null;
    const terms = profiles[kind as Kind];
    if (terms.has(Number(months))) return null;
    terms.set(Number(months), profile);
  }
  return kindNames.every((kind) => profiles[kind].size > 0) ? profiles : null;
}

export function termsOf(profiles: Profiles): Record<Kind, readonly number[]> {
  return { client: [...profiles.client.keys()], smime: [...profiles.smime.keys()] };
}
