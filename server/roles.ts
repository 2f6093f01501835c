/** Who may do what for others. Pure words and rules; the rows are kept in server/admin/roles.ts. */

export type HeldRole = {
  role: "registrar" | "operator";
  institutionId: string | null;
  expiresAt: Date | null;
};

/** An operator may do it for all institutions, until the role ends. */
export function isOperator(roles: readonly HeldRole[], now: Date): boolean {
  return roles.some(({ role, expiresAt }) => role === "operator" && (expiresAt === null || expiresAt > now));
}
