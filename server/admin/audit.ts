/** The audit as registrars and operators look through it. */
import type { Database } from "../db.ts";
import type { AuditEntry, Prisma } from "../generated/prisma/client.ts";
import type { Scope } from "../roles.ts";
import { namesOf } from "./names.ts";

export type AuditSearch = {
  deed?: string | undefined;
  /** In small letters, as institutions write it, or the id of a member. */
  person?: string | undefined;
  subject?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  /** The page after this place: `<milliseconds>-<id>`, as the page before gave it. */
  before?: string | undefined;
  scope: Scope;
};

export type AuditPage = {
  entries: readonly (Omit<AuditEntry, "canonical"> & { who: string | null; about: string | null })[];
  next: string | null;
};

const perPage = 50;

/** The newest first. A registrar finds the entries of their institution, and no others. */
export async function searchAudit(db: Database, search: AuditSearch): Promise<AuditPage> {
  const rows = await db.auditEntry.findMany({
    where: await conditionsOf(db, search),
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: perPage + 1,
    omit: { canonical: true },
  });
  const shown = rows.slice(0, perPage);
  const last = rows.length > perPage ? shown.at(-1) : undefined;
  const names = await namesOf(
    db,
    shown.flatMap(({ actorId, memberId }) => [actorId, memberId]),
  );
  return {
    entries: shown.map((entry) => ({
      ...entry,
      who: entry.actorId && (names.get(entry.actorId) ?? entry.actorId),
      about: entry.memberId && (names.get(entry.memberId) ?? null),
    })),
    next: last ? `${last.at.getTime()}-${last.id}` : null,
  };
}

async function conditionsOf(
  db: Database,
  { deed, person, subject, from, to, before, scope }: AuditSearch,
): Promise<Prisma.AuditEntryWhereInput> {
  const { institutions } = scope;
  const people = person ? await idsOf(db, person, institutions) : null;
  return {
    ...(institutions !== null && { institutionId: { in: [...institutions] } }),
    ...(deed && { deed }),
    ...(subject && { subjectId: subject }),
    ...((from || to) && { at: { ...(from && { gte: from }), ...(to && { lt: to }) } }),
    AND: [
      ...(people ? [{ OR: [{ memberId: { in: people } }, { actorId: { in: people } }] }] : []),
      ...(before ? [after(before)] : []),
    ],
  };
}

function after(place: string): Prisma.AuditEntryWhereInput {
  const dash = place.indexOf("-");
  const at = new Date(Number(place.slice(0, dash)));
  return { at: { lte: at }, OR: [{ at: { lt: at } }, { id: { lt: place.slice(dash + 1) } }] };
}

async function idsOf(
  db: Database,
  person: string,
  institutions: readonly string[] | null,
): Promise<string[]> {
  const eppn = { equals: person.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } as const;
  const rows = await db.member.findMany({
    where: {
      OR: [{ id: person }, { eppn }],
      ...(institutions !== null && { institutionId: { in: [...institutions] } }),
    },
    select: { id: true },
    take: perPage,
  });
  return rows.map(({ id }) => id);
}
