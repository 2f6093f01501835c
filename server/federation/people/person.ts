/** Who the person is, from what their institution's provider released and was its to give. */

import { LoginRefusal } from "../refusal.ts";
import { type AttributeName, comparable, keptOf, namesIn, type Reading } from "./attributes.ts";

/** What may name a person, the strongest first. ePPN is the weakest: it can go to somebody else. */
export const identifierKinds = ["uniqueId", "pairwiseId", "targetedId", "eppn"] as const;
export type IdentifierKind = (typeof identifierKinds)[number];

export type Person = {
  /** `uniqueId:…`, `pairwiseId:…`, `targetedId:…`, `eppn:…`: all that were stated, the strongest first; never empty. */
  identifiers: string[];
  displayName: string;
  displayNameJa: string | null;
  mails: string[];
  eppn: string | null;
  assurance: string[];
};

/** Throws `no_identifier` when nothing says who it is. */
export function personIn(reading: Reading): Person {
  const identifiers = identifiersIn(reading);
  if (identifiers.length === 0) {
    const { received, dropped } = namesIn(reading);
    throw new LoginRefusal("no_identifier", {
      expected: "eduPersonUniqueId, pairwise-id, eduPersonTargetedID or eduPersonPrincipalName",
      actual: `${received.join(" ") || "nothing"}${dropped.length ? `; dropped ${dropped.join(", ")}` : ""}`,
    });
  }
  const [eppn = null] = keptOf(reading, "eppn");
  return {
    identifiers,
    ...namesOf(reading, eppn),
    mails: keptOf(reading, "mail"),
    eppn,
    assurance: keptOf(reading, "assurance"),
  };
}

function identifiersIn(reading: Reading): string[] {
  const all = identifierKinds.flatMap((kind) =>
    keptOf(reading, kind).map((value) => `${kind}:${comparable(kind, value)}`),
  );
  return [...new Set(all)];
}

export function kindOf(identifier: string): string {
  return identifier.slice(0, identifier.indexOf(":"));
}

function namesOf(reading: Reading, eppn: string | null) {
  const first = (name: AttributeName) => keptOf(reading, name)[0];
  const joined = (...names: (string | undefined)[]) => (names.every(Boolean) ? names.join(" ") : undefined);
  const displayName =
    first("displayName") ??
    joined(first("givenName"), first("sn")) ??
    first("jaDisplayName") ??
    eppn?.split("@")[0] ??
    "";
  const displayNameJa =
    first("jaDisplayName") ??
    joined(first("jaSn"), first("jaGivenName")) ??
    (japanese(displayName) ? displayName : null);
  return { displayName, displayNameJa };
}

function japanese(text: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
}
