/** Who is an operator, or a registrar: found, made, taken back. The rule who may what is server/roles.ts. */
import type { Database, Transaction } from "../db.ts";
import { comparable } from "../federation/people/attributes.ts";
import { identifierKinds } from "../federation/people/person.ts";
import type { Prisma, RoleName } from "../generated/prisma/client.ts";

export type Found = {
  memberId: string;
  name: string;
  institution: { entityId: string; nameJa: string; nameEn: string };
  subject: string;
  eppn: string | null;
  lastLoginAt: Date;
  roles: readonly RoleName[];
};

/**
 * A targeted ID is whatever an institution likes to write, another's `hanako@a.example.ac.jp` too; the others carry a scope that was
 * seen to be the institution's own. So it finds nobody without its kind.
 */
const kindsAlone = identifierKinds.filter((kind) => kind !== "targetedId");

/**
 * The people whom an institution calls so: by a subject with its kind (`uniqueId:…`), by any scoped identifier alone, or by ePPN.
 * Only who has logged in once is known.
 */
export async function findPeople(
  db: Database,
  { text, entityId, now }: { text: string; entityId?: string | undefined; now: Date },
): Promise<Found[]> {
  const subjects = [text, ...kindsAlone.map((kind) => `${kind}:${comparable(kind, text)}`)];
  return read(db, now, {
    OR: [
      { id: text },
      { subject: { in: subjects } },
      { identifiers: { some: { subject: { in: subjects } } } },
      { eppn: { equals: text.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } },
    ],
    ...(entityId && { institution: { entityId } }),
  });
}

/** Everybody whose role of that name is in force. */
export function holders(db: Database, role: RoleName, now: Date): Promise<Found[]> {
  return read(db, now, { roles: { some: { role, ...inForce(now) } } });
}

/** A registrar is one of their own institution. Given to one who has it already it stays as it is. `by` is a member; null: the command, or the demo. */
export async function makeRole(
  db: Database,
  { memberId, role, by, now }: { memberId: string; role: RoleName; by: string | null; now: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    await lockMember(tx, memberId);
    if (await tx.role.findFirst({ where: { memberId, role, ...inForce(now) } })) return;
    const own = await tx.member.findUniqueOrThrow({ where: { id: memberId } });
    const institutionId = role === "registrar" ? own.institutionId : null;
    await tx.role.create({ data: { memberId, role, institutionId, grantedBy: by, grantedAt: now } });
  });
}

/** Holds from their next request on. */
export async function takeRole(db: Database, memberId: string, role: RoleName): Promise<void> {
  await db.role.deleteMany({ where: { memberId, role } });
}

/** So that two at once make one role. */
async function lockMember(tx: Transaction, memberId: string) {
  await tx.$queryRaw`SELECT id FROM "Member" WHERE id = ${memberId} FOR UPDATE`;
}

function inForce(now: Date): Prisma.RoleWhereInput {
  return { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}

async function read(db: Database, now: Date, where: Prisma.MemberWhereInput): Promise<Found[]> {
  const rows = await db.member.findMany({
    where,
    include: { institution: true, roles: { where: inForce(now) } },
    orderBy: { lastLoginAt: "desc" },
    take: 50,
  });
  return rows.map(({ id, displayName, displayNameJa, institution, subject, eppn, lastLoginAt, roles }) => ({
    memberId: id,
    name: displayNameJa && displayNameJa !== displayName ? `${displayNameJa} (${displayName})` : displayName,
    institution,
    subject,
    eppn,
    lastLoginAt,
    roles: roles.map(({ role }) => role),
  }));
}
