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
