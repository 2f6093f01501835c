/** The door of administration, as it is for somebody with these roles. */
import { createCaller } from "@/server/api/root.ts";
import type { Database } from "@/server/db.ts";
import type { Role } from "@/server/generated/prisma/client.ts";

type Held = Pick<Role, "role" | "institutionId" | "expiresAt">;

export const operatorRole: Held = { role: "operator", institutionId: null, expiresAt: null };
export const registrarOf = (institutionId: string): Held => ({
  role: "registrar",
  institutionId,
  expiresAt: null,
});

export function door(db: Database, now: Date, roles: Held[]) {
  const institution = { aal2For: [], ial2For: [], aal2ForAdmin: [] };
  const member = { id: "somebody", roles, institution, session: {} };
  const ports = { db, now: () => now };
  return createCaller({ member, ports, strongContexts: [], from: "192.0.2.1", reference: "R" } as never)
    .admin;
}
