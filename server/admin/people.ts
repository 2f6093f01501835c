/** People and the roles they hold, as operators and registrars look them up. What changes a role is roles.ts. */
import type { Database } from "../db.ts";
import { PortalError } from "../errors.ts";
import { comparable } from "../federation/people/attributes.ts";
import { identifierKinds } from "../federation/people/person.ts";
import type { Prisma, RoleName } from "../generated/prisma/client.ts";
import type { Scope } from "../roles.ts";

export type Found = {
  memberId: string;
  name: string;
  institution: { entityId: string; nameJa: string; nameEn: string };
  subject: string;
  eppn: string | null;
  lastLoginAt: Date;
  /** In force, and to be seen by whoever asks. */
  roles: readonly RoleName[];
};

export type RoleView = {
  id: string;
  role: RoleName;
  source: "given" | "stated";
  grantedAt: Date;
  expiresAt: Date | null;
  /** Who gave it; null: a command, the demo, or the institution's own statement. */
  grantedBy: string | null;
  inForce: boolean;
};

export type Holding = RoleView & { memberId: string; name: string; eppn: string | null; institution: Named };
export type Person = Found & { held: readonly RoleView[] };
type Named = { entityId: string; nameJa: string; nameEn: string };

const everybody: Scope = { institutions: null };
const perPage = 50;
/** Of somebody's roles that have ended the newest are shown. */
const mostOfOne = 20;

/**
 * A targeted ID is whatever an institution likes to write, another's `hanako@a.example.ac.jp` too; the others carry a scope that was
 * seen to be the institution's own. So it finds nobody without its kind.
 */
const kindsAlone = identifierKinds.filter((kind) => kind !== "targetedId");

/**
 * The people whom an institution calls so: by a subject with its kind (`uniqueId:…`), by any scoped identifier alone, or by ePPN.
 * Only who has logged in once is known, and only who belongs to the scope is found.
 */
export async function findPeople(
  db: Database,
  search: { text: string; entityId?: string | undefined; scope?: Scope; now: Date },
): Promise<Found[]> {
  const { text, entityId, scope = everybody, now } = search;
  const subjects = [text, ...kindsAlone.map((kind) => `${kind}:${comparable(kind, text)}`)];
  return read(db, now, scope, {
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
  return read(db, now, everybody, { roles: { some: { role, ...inForce(now) } } });
}

/** Roles in force, or those that have ended, the newest first. `before`: the id of the last one of the page before. */
export async function rolesHeld(
  db: Database,
  asked: { state: "in_force" | "ended"; before?: string | undefined; scope: Scope; now: Date },
): Promise<{ roles: Holding[]; next: string | null }> {
  const { state, before, scope, now } = asked;
  const rows = await db.role.findMany({
    where: { ...rolesIn(scope), ...(state === "in_force" ? inForce(now) : { expiresAt: { lte: now } }) },
    include: { member: { include: { institution: true } } },
    orderBy: [{ grantedAt: "desc" }, { id: "desc" }],
    take: perPage + 1,
    ...(before && { cursor: { id: before }, skip: 1 }),
  });
  const shown = rows.slice(0, perPage);
  const givers = await givenBy(db, shown);
  return {
    roles: shown.map((row) => ({
      ...viewOf(row, givers, now),
      memberId: row.memberId,
      name: nameOf(row.member),
      eppn: row.member.eppn,
      institution: row.member.institution,
    })),
    next: rows.length > perPage ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** One person with what they hold and held. @throws `not_found` beyond the scope too */
export async function personOf(
  db: Database,
  { id, scope, now }: { id: string; scope: Scope; now: Date },
): Promise<Person> {
  const [person] = await read(db, now, scope, { id });
  if (!person) throw new PortalError("not_found");
  const rows = await db.role.findMany({
    where: { memberId: id, ...rolesIn(scope) },
    orderBy: [{ grantedAt: "desc" }, { id: "desc" }],
    take: mostOfOne,
  });
  const givers = await givenBy(db, rows);
  return { ...person, held: rows.map((row) => viewOf(row, givers, now)) };
}

/** Roles are seen by whoever looks after their institution; those of operators by operators. */
function rolesIn({ institutions }: Scope): Prisma.RoleWhereInput {
  return institutions === null ? {} : { role: "registrar", institutionId: { in: [...institutions] } };
}

export function inForce(now: Date): Prisma.RoleWhereInput {
  return { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}

type RoleRow = Omit<RoleView, "inForce">;

function viewOf(row: RoleRow, givers: ReadonlyMap<string, string>, now: Date): RoleView {
  const { id, role, source, grantedAt, expiresAt, grantedBy } = row;
  return {
    ...{ id, role, source, grantedAt, expiresAt },
    grantedBy: grantedBy && (givers.get(grantedBy) ?? null),
    inForce: expiresAt === null || expiresAt > now,
  };
}

/** Names of those who gave roles. */
async function givenBy(db: Database, rows: readonly { grantedBy: string | null }[]) {
  const ids = [...new Set(rows.flatMap(({ grantedBy }) => grantedBy ?? []))];
  const members = ids.length > 0 ? await db.member.findMany({ where: { id: { in: ids } } }) : [];
  return new Map(members.map((member) => [member.id, nameOf(member)]));
}

function nameOf({ displayName, displayNameJa }: { displayName: string; displayNameJa: string | null }) {
  return displayNameJa && displayNameJa !== displayName ? `${displayNameJa} (${displayName})` : displayName;
}

async function read(db: Database, now: Date, scope: Scope, where: Prisma.MemberWhereInput): Promise<Found[]> {
  const { institutions } = scope;
  const rows = await db.member.findMany({
    where: { AND: [where, institutions === null ? {} : { institutionId: { in: [...institutions] } }] },
    include: { institution: true, roles: { where: { AND: [inForce(now), rolesIn(scope)] } } },
    orderBy: { lastLoginAt: "desc" },
    take: perPage,
  });
  return rows.map(({ id, institution, subject, eppn, lastLoginAt, roles, ...names }) => ({
    memberId: id,
    name: nameOf(names),
    institution: { entityId: institution.entityId, nameJa: institution.nameJa, nameEn: institution.nameEn },
    subject,
    eppn,
    lastLoginAt,
    roles: [...new Set(roles.map(({ role }) => role))],
  }));
}
