/**
 * Who the person is, from the attributes that GakuNin's providers release. A value that is not the provider's to give, or
 * that cannot be read, is dropped; the login goes on with what is left, as long as that identifies the person.
 */
import { LoginRefusal } from "./refusal.ts";
import { type Scope, scopeAllowed, splitScoped } from "./scopes.ts";
import type { NameId, Statement } from "./validation/assertion.ts";

/** SAML names of the attributes that are read; everything else is left alone. */
export const attributeNames = {
  eppn: "urn:oid:1.3.6.1.4.1.5923.1.1.1.6",
  affiliation: "urn:oid:1.3.6.1.4.1.5923.1.1.1.1",
  entitlement: "urn:oid:1.3.6.1.4.1.5923.1.1.1.7",
  scopedAffiliation: "urn:oid:1.3.6.1.4.1.5923.1.1.1.9",
  targetedId: "urn:oid:1.3.6.1.4.1.5923.1.1.1.10",
  assurance: "urn:oid:1.3.6.1.4.1.5923.1.1.1.11",
  uniqueId: "urn:oid:1.3.6.1.4.1.5923.1.1.1.13",
  pairwiseId: "urn:oasis:names:tc:SAML:attribute:pairwise-id",
  isMemberOf: "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
  displayName: "urn:oid:2.16.840.1.113730.3.1.241",
  mail: "urn:oid:0.9.2342.19200300.100.1.3",
  o: "urn:oid:2.5.4.10",
  ou: "urn:oid:2.5.4.11",
  sn: "urn:oid:2.5.4.4",
  givenName: "urn:oid:2.5.4.42",
  jaSn: "urn:oid:1.3.6.1.4.1.32264.1.1.1",
  jaGivenName: "urn:oid:1.3.6.1.4.1.32264.1.1.2",
  jaDisplayName: "urn:oid:1.3.6.1.4.1.32264.1.1.3",
  jaO: "urn:oid:1.3.6.1.4.1.32264.1.1.4",
  jaOu: "urn:oid:1.3.6.1.4.1.32264.1.1.5",
  personalUniqueCode: "urn:oid:1.3.6.1.4.1.32264.1.1.6",
} as const;

export type AttributeName = keyof typeof attributeNames;

export type Person = {
  /** `uniqueId:…`, `pairwiseId:…`, `targetedId:…` or `eppn:…`: what `Member.subject` holds. */
  subject: string;
  displayName: string;
  displayNameJa: string | null;
  mails: string[];
  eppn: string | null;
  assurance: string[];
  /** Names of what arrived and of what was dropped, for the log. */
  received: string[];
  dropped: string[];
};

const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const scoped: readonly AttributeName[] = [
  "eppn",
  "scopedAffiliation",
  "uniqueId",
  "pairwiseId",
  "personalUniqueCode",
];
const longest = 256;

type Provider = { entityId: string; scopes: readonly Scope[] };

/** `audience` is our own entityID. */
export function readPerson(statement: Statement, provider: Provider, audience: string): Person {
  const dropped: string[] = [];
  const read = (name: AttributeName) => valuesOf(statement, name, provider, dropped);

  const [eppn] = read("eppn");
  const subject = subjectOf({
    uniqueId: read("uniqueId")[0],
    pairwiseId: read("pairwiseId")[0],
    targetedId: targetedIdOf(statement, provider, audience, dropped),
    eppn,
  });
  if (!subject)
    throw new LoginRefusal("no_identifier", {
      expected: "eduPersonUniqueId, pairwise-id, eduPersonTargetedID or eduPersonPrincipalName",
      actual: `${receivedNames(statement).join(" ") || "nothing"}${dropped.length ? `; dropped ${dropped.join(" ")}` : ""}`,
    });

  const names = namesOf(read, eppn);
  return {
    subject,
    ...names,
    mails: mailsOf(read("mail"), dropped),
    eppn: eppn ?? null,
    assurance: read("assurance"),
    received: receivedNames(statement),
    dropped: [...new Set(dropped)],
  };
}

function valuesOf(
  statement: Statement,
  name: AttributeName,
  provider: Provider,
  dropped: string[],
): string[] {
  const values = (statement.attributes.get(attributeNames[name]) ?? []).map((value) =>
    typeof value === "string" ? value.normalize("NFC").replace(/\s+/g, " ") : "",
  );
  const kept = values.filter(
    (value) => readable(value) && (!scoped.includes(name) || inScope(value, provider)),
  );
  if (kept.length < values.length) dropped.push(name);
  return [...new Set(kept)];
}

function readable(value: string): boolean {
  return value !== "" && value.length <= longest && !/\p{Cc}/u.test(value);
}

function inScope(value: string, { scopes }: Provider): boolean {
  const parts = splitScoped(value);
  return parts !== null && scopeAllowed(parts.scope, scopes);
}

/** Identifiers of eduPerson compare without case (caseIgnoreMatch); a targeted ID compares as it is. */
function subjectOf(
  found: Record<"uniqueId" | "pairwiseId" | "targetedId" | "eppn", string | null | undefined>,
) {
  if (found.uniqueId) return `uniqueId:${found.uniqueId.toLowerCase()}`;
  if (found.pairwiseId) return `pairwiseId:${found.pairwiseId.toLowerCase()}`;
  if (found.targetedId) return `targetedId:${found.targetedId}`;
  if (found.eppn) return `eppn:${found.eppn.toLowerCase()}`;
  return null;
}

/** As an attribute, or as a persistent NameID, which is the same thing. Its qualifiers have to be the provider and us. */
function targetedIdOf(
  statement: Statement,
  provider: Provider,
  audience: string,
  dropped: string[],
): string | null {
  const values = statement.attributes.get(attributeNames.targetedId) ?? [];
  const candidates: NameId[] = values.flatMap((value) => (typeof value === "string" ? [] : [value]));
  if (statement.nameId?.format === persistent) candidates.push(statement.nameId);
  const right = candidates.filter(
    ({ value, nameQualifier, spNameQualifier }) =>
      readable(value) &&
      (nameQualifier ?? provider.entityId) === provider.entityId &&
      (spNameQualifier ?? audience) === audience,
  );
  if (right.length < values.length) dropped.push("targetedId");
  return right[0]?.value ?? null;
}

function namesOf(read: (name: AttributeName) => string[], eppn: string | undefined) {
  const first = (name: AttributeName) => read(name)[0];
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

/** Addresses that mail can be sent to and a certificate can hold (RFC 5280 rfc822Name: ASCII). */
function mailsOf(values: readonly string[], dropped: string[]): string[] {
  const kept = values.filter(
    (value) =>
      value.length <= 254 &&
      /^[^\s@<>"(),:;\\[\]]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(value) &&
      /^[\x21-\x7e]+$/.test(value),
  );
  if (kept.length < values.length) dropped.push("mail");
  return kept;
}

function receivedNames(statement: Statement): string[] {
  const known = Object.entries(attributeNames);
  return [...statement.attributes.keys()]
    .slice(0, 60)
    .map((name) => known.find(([, oid]) => oid === name)?.[0] ?? name.slice(0, 100));
}
