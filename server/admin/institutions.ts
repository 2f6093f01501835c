/** Institutions as operators and registrars find them. */
import type { Database } from "../db.ts";
import { askedFor } from "../federation/discovery/asked-for.ts";
import { searchProviders } from "../federation/discovery/search.ts";
import type { Scope } from "../roles.ts";

export type InstitutionRow = {
  entityId: string;
  nameJa: string;
  nameEn: string;
  /** How many people have logged in from it. */
  members: number;
  /** Whether the metadata in force know it: else nobody can log in from it. */
  inForce: boolean;
  /** Whether its members may apply and renew. */
  isEnabled: boolean;
};

export type InstitutionsPage = {
  /** Those that are kept: with members, or with settings of their own. */
  institutions: readonly InstitutionRow[];
  next: string | null;
  /** Of what an operator searched for: those of the metadata that nobody has come from yet. */
  others: readonly InstitutionRow[];
};

const perPage = 50;
const mostOthers = 20;

type Search = { q: string; locale: "ja" | "en"; after?: string | undefined; scope: Scope; now: Date };

export async function searchInstitutions(
  db: Database,
  { q, locale, after, scope, now }: Search,
): Promise<InstitutionsPage> {
  const contains = { contains: q.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } as const;
  const rows = await db.institution.findMany({
    where: {
      ...(q && { OR: [{ nameJa: contains }, { nameEn: contains }, { entityId: contains }] }),
      ...(scope.institutions && { id: { in: [...scope.institutions] } }),
    },
    orderBy: [{ nameEn: "asc" }, { id: "asc" }],
    ...(after && { cursor: { id: after }, skip: 1 }),
    take: perPage + 1,
    include: { _count: { select: { members: true } } },
  });
  const shown = rows.slice(0, perPage);
  const known = await inForceAmong(
    db,
    shown.map(({ entityId }) => entityId),
    now,
  );
  return {
    institutions: shown.map(({ entityId, nameJa, nameEn, _count, isEnabled }) => ({
      entityId,
      nameJa,
      nameEn,
      members: _count.members,
      inForce: known.has(entityId),
      isEnabled,
    })),
    next: rows.length > perPage ? (shown.at(-1)?.id ?? null) : null,
    others: q && !after && scope.institutions === null ? await withoutMembers(db, { q, locale, now }) : [],
  };
}

async function withoutMembers(
  db: Database,
  { q, locale, now }: { q: string; locale: "ja" | "en"; now: Date },
): Promise<InstitutionRow[]> {
  const { institutions } = await searchProviders(db, { q: askedFor(q), locale, limit: mostOthers, now });
  const found = await db.identityProvider.findMany({
    where: { OR: [{ id: { in: institutions.map(({ id }) => id) } }, { entityId: q }] },
    select: { id: true, entityId: true, nameJa: true, nameEn: true },
  });
  const kept = await db.institution.findMany({
    where: { entityId: { in: found.map(({ entityId }) => entityId) } },
    select: { entityId: true },
  });
  const known = new Set(kept.map(({ entityId }) => entityId));
  const place = new Map(institutions.map(({ id }, index) => [id, index]));
  return found
    .filter(({ entityId }) => !known.has(entityId))
    .sort((one, other) => (place.get(one.id) ?? 0) - (place.get(other.id) ?? 0))
    .map(({ id: _, ...row }) => ({ ...row, members: 0, inForce: true, isEnabled: true }));
}

async function inForceAmong(db: Database, entityIds: readonly string[], now: Date): Promise<Set<string>> {
  const rows = await db.identityProvider.findMany({
    where: { entityId: { in: [...entityIds] }, validUntil: { gt: now } },
    select: { entityId: true },
  });
  return new Set(rows.map(({ entityId }) => entityId));
}
