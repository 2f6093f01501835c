/**
 * The attribute doctor: what an institution released of a person, what of it could be used, and what is missing for which
 * function. For that person's own eyes.
 */
import { ial2Assurance, strongContexts } from "../../assurance.ts";
import { grantsIn } from "../../roles.ts";
import { type Help, helpOf } from "../login/help.ts";
import { entityIdOf, type Federation } from "../world.ts";
import { type AttributeName, attributeNames, type JudgedValue, keptOf, type Reading } from "./attributes.ts";
import { identifierKinds } from "./person.ts";
import type { KeptRelease } from "./releases.ts";

/** What a login's attributes are good for. */
export const uses = ["login", "name", "mail", "smime", "aal2", "ial2"] as const;
export type Use = (typeof uses)[number];

/**
 * `good`; `weak`: it works, with a word of caution; `missing`: did not come; `faulty`: came, but nothing of it can be used;
 * `unasked`: did not come, and is not needed here.
 */
export type Standing = {
  use: Use;
  state: "good" | "weak" | "missing" | "faulty" | "unasked";
  /** Any one of these would do. */
  attributes: AttributeName[];
};

/** What the institution guards (server/assurance.ts). */
export type Wanted = { aal2: boolean; ial2: boolean };

/** The names that GakuNin and eduPerson have for them. */
export const formalNames = {
  eppn: "eduPersonPrincipalName",
  affiliation: "eduPersonAffiliation",
  entitlement: "eduPersonEntitlement",
  scopedAffiliation: "eduPersonScopedAffiliation",
  targetedId: "eduPersonTargetedID",
  assurance: "eduPersonAssurance",
  uniqueId: "eduPersonUniqueId",
  pairwiseId: "pairwise-id",
  isMemberOf: "isMemberOf",
  displayName: "displayName",
  mail: "mail",
  o: "organizationName",
  ou: "organizationalUnitName",
  sn: "surname",
  givenName: "givenName",
  jaSn: "jaSurname",
  jaGivenName: "jaGivenName",
  jaDisplayName: "jaDisplayName",
  jaO: "jaOrganizationName",
  jaOu: "jaOrganizationalUnitName",
  personalUniqueCode: "gakuninScopedPersonalUniqueCode",
} as const satisfies Record<AttributeName, string>;

export type NamedAttribute = { name: AttributeName; formal: string; saml: string };

export type Examination = {
  at: Date;
  entityId: string;
  /** Our own entityID, as the institution knows us. */
  service: string;
  reference: string | null;
  authnContext: string | null;
  institution: Help | null;
  attributes: (NamedAttribute & { values: JudgedValue[] })[];
  /** What the portal would use and did not get. */
  absent: NamedAttribute[];
  unknown: string[];
  standings: Standing[];
};

export async function examine(
  world: Federation,
  { reading, authnContext, entityId, at, reference }: KeptRelease,
): Promise<Examination> {
  const service = entityIdOf(world);
  const strong = strongContexts({ acceptRefedsMfa: world.acceptRefedsMfa ?? false });
  const code = reference === null ? null : "no_identifier";
  const received = reading.attributes.map(({ name }) => name);
  // What matters most comes first.
  const rank = (name: AttributeName) => (used.includes(name) ? used.indexOf(name) : used.length);
  const wanted = await wantedBy(world, entityId);
  const sorted = reading.attributes.toSorted((one, other) => rank(one.name) - rank(other.name));
  return {
    at,
    entityId,
    service,
    reference,
    authnContext,
    institution: await helpOf(world.db, entityId, { code, at, reference }, service),
    attributes: sorted.map(({ name, values }) => ({ ...named(name), values })),
    absent: [...used, ...wanted.roles].filter((name) => !received.includes(name)).map(named),
    unknown: reading.unknown,
    standings: standingsOf(reading, authnContext !== null && strong.includes(authnContext), wanted),
  };
}

/** With the attributes by which the institution states roles (server/roles.ts). */
async function wantedBy({ db }: Federation, entityId: string) {
  const policy = await db.institution.findUnique({
    where: { entityId },
    select: { aal2For: true, ial2For: true, roleGrants: true },
  });
  return {
    aal2: !!policy?.aal2For.length,
    ial2: !!policy?.ial2For.length,
    roles: [...new Set(grantsIn(policy?.roleGrants).map(({ attribute }) => attribute))],
  };
}

/** In the order in which the page tells them. */
export function standingsOf(reading: Reading, isStrong: boolean, wanted: Wanted): Standing[] {
  const has = (name: AttributeName) => keptOf(reading, name).length > 0;
  const came = (name: AttributeName) => reading.attributes.some((attribute) => attribute.name === name);
  const without = (names: readonly AttributeName[]) => (names.some(came) ? "faulty" : "missing");
  const mail = has("mail") ? "good" : without(["mail"]);
  const login = has("eppn") ? "weak" : without(identifierKinds);
  const isNamed = has("displayName") || (has("givenName") && has("sn"));
  const isProven = keptOf(reading, "assurance").includes(ial2Assurance);
  return [
    {
      use: "login",
      state: identifierKinds.some((kind) => kind !== "eppn" && has(kind)) ? "good" : login,
      attributes: [...identifierKinds],
    },
    { use: "name", state: isNamed ? "good" : without(["displayName"]), attributes: ["displayName"] },
    { use: "mail", state: mail, attributes: ["mail"] },
    { use: "smime", state: mail, attributes: ["mail"] },
    // No attribute, but how one logged in; it can be asked for anew at any time.
    { use: "aal2", state: isStrong ? "good" : wanted.aal2 ? "weak" : "unasked", attributes: [] },
    {
      use: "ial2",
      state: isProven ? "good" : wanted.ial2 ? without(["assurance"]) : "unasked",
      attributes: ["assurance"],
    },
  ];
}

/** What the institution's staff would have to look into. */
export function complaintsOf(standings: readonly Standing[]): Standing[] {
  return standings.filter(({ state }) => state === "missing" || state === "faulty");
}

const used: readonly AttributeName[] = [
  ...identifierKinds,
  "displayName",
  "jaDisplayName",
  "mail",
  "assurance",
];

function named(name: AttributeName): NamedAttribute {
  return { name, formal: formalNames[name], saml: attributeNames[name] };
}
