/**
 * A role that an institution states by eduPersonEntitlement or isMemberOf, where its policy says which value is one: it comes with a
 * login that states it, and goes with one that does not. What somebody was given by hand stays as it is.
 */
import { actor } from "../../audit/actor.ts";
import { append } from "../../audit/append.ts";
import type { Transaction } from "../../db.ts";
import type { Role } from "../../generated/prisma/client.ts";
import { grantFulfilled, grantsIn, type RoleGrant } from "../../roles.ts";
import type { Federation } from "../world.ts";
import { keptOf, type Reading } from "./attributes.ts";

type Whose = { memberId: string; institutionId: string };

/** In a transaction of its own, one login of a member after the other; none where nothing changes. */
export async function followStatedRole(
  { db, now }: Pick<Federation, "db" | "now">,
  reading: Reading,
  { memberId, institutionId }: Whose,
): Promise<void> {
  const { roleGrants } = await db.institution.findUniqueOrThrow({ where: { id: institutionId } });
  const grant = grantFulfilled(grantsIn(roleGrants), (attribute) => keptOf(reading, attribute));
  if (isSo(await heldIn(db, memberId), grant)) return;
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "Member" WHERE "id" = ${memberId} FOR UPDATE`;
    const held = await heldIn(tx, memberId);
    if (isSo(held, grant)) return;

    const at = now();
    const whose = { at, subject: "member" as const, subjectId: memberId, memberId, institutionId };
    const said = { role: "registrar", source: "stated" };
    // The institution's word, and nobody's deed.
    const by = { ...actor(), role: "workflow", id: "login" } as const;
    if (grant) {
      const { role, attribute, value } = grant;
      await tx.role.create({ data: { memberId, role, institutionId, source: "stated", grantedAt: at } });
      await append(tx, { deed: "role.given", ...whose, by, after: { ...said, attribute, value } });
    } else if (held) {
      await tx.role.update({ where: { id: held.id }, data: { expiresAt: at } });
      await append(tx, { deed: "role.taken", ...whose, by, before: said });
    }
  });
}

function heldIn(db: Pick<Transaction, "role">, memberId: string): Promise<Role | null> {
  return db.role.findFirst({ where: { memberId, source: "stated", expiresAt: null } });
}

function isSo(held: Role | null, grant: RoleGrant | null): boolean {
  return (held !== null) === (grant !== null);
}
