/**
 * What arrived, value by value: kept, or dropped and why. A value that is not the provider's to give, or that cannot be read,
 * counts as absent; the login goes on with what is left. Both the person (person.ts) and what they are shown of it
 * (doctor.ts) are read from this one verdict. Attributes are known by their SAML name alone, whatever else they call themselves.
 */

import type { NameId, Statement } from "../validation/assertion.ts";
import { type Scope, scopeAllowed } from "./scopes.ts";

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

/** Why a value counts as absent. Each has its sentence in messages, `Doctor.faults`. */
export const faults = [
  "empty",
  "unreadable",
  "too_long",
  "too_many",
  "several",
  "no_scope",
  "no_local",
  "two_at",
  "foreign_scope",
  "no_scope_registered",
  "not_a_name_id",
  "other_format",
  "foreign_qualifier",
  "not_an_address",
  "not_ascii",
] as const;

export type Fault = (typeof faults)[number];

export type JudgedValue = { value: string; fault: Fault | null };

export type JudgedAttribute = { name: AttributeName; values: JudgedValue[] };

/** Everything of a statement about a person. It holds values: for that person's eyes only. */
export type Reading = {
  attributes: JudgedAttribute[];
  /** SAML names that arrived and mean nothing here. */
  unknown: string[];
};

const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const scoped: readonly AttributeName[] = [
  "eppn",
  "scopedAffiliation",
  "uniqueId",
  "pairwiseId",
  "personalUniqueCode",
];
/** Of these a person has one; whoever has two is not known by either. */
const single: readonly AttributeName[] = ["eppn", "uniqueId", "pairwiseId", "targetedId"];
const longest = 256;
const mostValues = 50;
const mostUnknown = 40;

type Provider = { entityId: string; scopes: readonly Scope[] };
type Value = string | NameId;

/** `audience` is our own entityID, for which a targeted ID has to be. */
export function readAttributes(statement: Statement, provider: Provider, audience: string): Reading {
  const known = Object.keys(attributeNames) as AttributeName[];
  const attributes = known.flatMap((name) => {
    const values = arrived(statement, name);
    if (values === null) return [];
    const judged = values.slice(0, mostValues).map((value) => judge(name, value, provider, audience));
    if (values.length === 0) judged.push({ value: "", fault: "empty" });
    if (values.length > mostValues) judged.push({ value: "", fault: "too_many" });
    return [{ name, values: single.includes(name) ? onlyOne(name, judged) : withoutTwins(judged) }];
  });
  const oids: readonly string[] = Object.values(attributeNames);
  const unknown = [...statement.attributes.keys()].filter((name) => !oids.includes(name));
  return { attributes, unknown: unknown.slice(0, mostUnknown).map((name) => name.slice(0, 100)) };
}

/** The values of an attribute that count. */
export function keptOf({ attributes }: Reading, name: AttributeName): string[] {
  const values = attributes.find((attribute) => attribute.name === name)?.values ?? [];
  return values.flatMap(({ value, fault }) => (fault === null ? [value] : []));
}

/** What a log may hold of it: names, and names with the reason, never a value. */
export function namesIn({ attributes, unknown }: Reading): { received: string[]; dropped: string[] } {
  const dropped = attributes.flatMap(({ name, values }) =>
    values.flatMap(({ fault }) => (fault === null ? [] : [`${name}: ${fault}`])),
  );
  return { received: [...attributes.map(({ name }) => name), ...unknown], dropped: [...new Set(dropped)] };
}

/** Null when the attribute did not come. A persistent NameID is a targeted ID by another way (eduPerson §2.2.9). */
function arrived({ attributes, nameId }: Statement, name: AttributeName): readonly Value[] | null {
  const values = attributes.get(attributeNames[name]) ?? null;
  if (name !== "targetedId" || values?.length || nameId?.format !== persistent) return values;
  return [nameId];
}

function judge(name: AttributeName, value: Value, provider: Provider, audience: string): JudgedValue {
  const text = (typeof value === "string" ? value : value.value).normalize("NFC");
  const plain = name === "targetedId" ? text : text.replace(/\s+/g, " ").trim();
  const fault =
    unreadable(plain) ??
    (name === "targetedId" ? wrongNameId(value, provider.entityId, audience) : null) ??
    (name !== "targetedId" && typeof value !== "string" ? "unreadable" : null) ??
    (scoped.includes(name) ? wrongScope(plain, provider.scopes) : null) ??
    (name === "mail" ? wrongAddress(plain) : null);
  return { value: plain.slice(0, longest), fault };
}

/** Also what would make a name read otherwise than it is, in a certificate as on an operator's page: overrides of the direction. */
const illegible = /[\p{Cc}\p{Cs}\ufffd\u202a-\u202e\u2066-\u2069]/u;

function unreadable(value: string): Fault | null {
  if (value === "") return "empty";
  if (value.length > longest) return "too_long";
  return illegible.test(value) ? "unreadable" : null;
}

function wrongScope(value: string, scopes: readonly Scope[]): Fault | null {
  const [local, scope, ...more] = value.split("@");
  if (more.length > 0) return "two_at";
  if (!scope) return "no_scope";
  if (!local) return "no_local";
  if (scopes.length === 0) return "no_scope_registered";
  return scopeAllowed(scope, scopes) ? null : "foreign_scope";
}

/** Its qualifiers, where there are any, have to be the provider and us (SAML 2.0 Core §8.3.7). */
function wrongNameId(value: Value, entityId: string, audience: string): Fault | null {
  if (typeof value === "string") return "not_a_name_id";
  if (value.format && value.format !== persistent && value.format !== unspecified) return "other_format";
  const ours =
    (value.nameQualifier || entityId) === entityId && (value.spNameQualifier || audience) === audience;
  return ours ? null : "foreign_qualifier";
}

/** An address has to be one that mail can be sent to and that a certificate can hold (RFC 5280 §4.2.1.6, rfc822Name: ASCII). */
function wrongAddress(value: string): Fault | null {
  if (value.length > 254) return "too_long";
  if (!/^[\x20-\x7e]+$/.test(value)) return "not_ascii";
  const form = /^[^\s@<>"(),:;\\[\]]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;
  return form.test(value) ? null : "not_an_address";
}

function withoutTwins(values: JudgedValue[]): JudgedValue[] {
  return values.filter(({ value }, at) => values.findIndex((other) => other.value === value) === at);
}

function onlyOne(name: AttributeName, values: JudgedValue[]): JudgedValue[] {
  const unique = withoutTwins(values);
  const kept = new Set(unique.flatMap(({ value, fault }) => (fault ? [] : [comparable(name, value)])));
  return kept.size < 2 ? unique : unique.map(({ value, fault }) => ({ value, fault: fault ?? "several" }));
}

/** Identifiers of eduPerson compare without case (caseIgnoreMatch); a targeted ID compares as it is. */
export function comparable(name: AttributeName, value: string): string {
  return name === "targetedId" ? value : value.toLowerCase();
}
