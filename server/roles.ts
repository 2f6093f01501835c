/** Who may do what for others. Pure words and rules; the rows are kept in server/admin/roles.ts. */

export type HeldRole = {
  role: "registrar" | "operator";
  institutionId: string | null;
  expiresAt: Date | null;
};

/** Whose affairs somebody may look after: of these institutions, or of all; null for nobody's. */
export type Scope = { institutions: readonly string[] | null };

export function scopeOf(roles: readonly HeldRole[], now: Date): Scope | null {
  const held = roles.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  if (held.some(({ role }) => role === "operator")) return { institutions: null };
  const institutions = held.flatMap(({ role, institutionId }) =>
    role === "registrar" && institutionId !== null ? [institutionId] : [],
  );
  return institutions.length > 0 ? { institutions } : null;
}

/** An operator may do it for all institutions, until the role ends. */
export function isOperator(roles: readonly HeldRole[], now: Date): boolean {
  return roles.some(({ role, expiresAt }) => role === "operator" && (expiresAt === null || expiresAt > now));
}

/** What an institution may let a role be told by: eduPersonEntitlement or isMemberOf. */
export const grantingAttributes = ["entitlement", "isMemberOf"] as const;
export type GrantingAttribute = (typeof grantingAttributes)[number];

/** Who states this value at a login has this role until a login that does not (`Institution.roleGrants`). */
export type RoleGrant = { attribute: GrantingAttribute; value: string; role: "registrar" };

/** The grants in the column `roleGrants`; what is none is left out. */
export function grantsIn(column: unknown): RoleGrant[] {
  return (Array.isArray(column) ? column : []).filter(
    (one): one is RoleGrant =>
      grantingAttributes.includes(one?.attribute) &&
      typeof one.value === "string" &&
      one.role === "registrar",
  );
}

/** The grant that what was stated at a login fulfils, letter by letter; null: none. */
export function grantFulfilled(
  grants: readonly RoleGrant[],
  stated: (attribute: GrantingAttribute) => readonly string[],
): RoleGrant | null {
  return grants.find(({ attribute, value }) => stated(attribute).includes(value)) ?? null;
}
