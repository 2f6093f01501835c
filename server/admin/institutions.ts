/** Institutions as operators see them, and what is set for each: which deeds ask for a proof, and where keys may be made. */
import { type GuardedDeed, guardedDeeds, type Policy } from "../assurance.ts";
import type { Database } from "../db.ts";
import { askedFor } from "../federation/discovery/asked-for.ts";
import { searchProviders } from "../federation/discovery/search.ts";
import { providerInForce } from "../federation/metadata/providers.ts";
import { providerIdOf } from "../federation/metadata/read-providers.ts";
import { dnBaseOf } from "../federation/people/members.ts";
import type { Institution, Prisma } from "../generated/prisma/client.ts";
import { log } from "../log.ts";
import { type CnRule, type KeyOrigin, keyOrigins } from "../ports.ts";

export type InstitutionRow = {
  entityId: string;
  nameJa: string;
  nameEn: string;
  /** How many people have logged in from it. */
  members: number;
  /** Whether the metadata in force know it: else nobody can log in from it. */
  inForce: boolean;
  policy: GuardPolicy;
  /** Where its members' keys may be made, in the order of `keyOrigins`; never none. */
  keyOrigins: readonly KeyOrigin[];
};

/** What its certificates are named: the end of each distinguished name (RFC 4514), and what the common name is made of. */
export type CertificateNames = { dnBase: string; cnRule: CnRule };

/** Deeds in the order of `guardedDeeds`. */
export type GuardPolicy = { aal2For: readonly GuardedDeed[]; ial2For: readonly GuardedDeed[] };

export type InstitutionsPage = {
  /** Those with members. */
  institutions: readonly InstitutionRow[];
  next: string | null;
  /** Of what was searched for: those of the metadata that have no members yet. */
  others: readonly InstitutionRow[];
};

const perPage = 50;
const mostOthers = 20;
const open: GuardPolicy = { aal2For: [], ial2For: [] };
/** What an institution allows for which nothing was chosen yet: the default of its column. */
const usual: readonly KeyOrigin[] = ["browser", "server"];

export async function searchInstitutions(
  db: Database,
  { q, locale, after, now }: { q: string; locale: "ja" | "en"; after?: string | undefined; now: Date },
): Promise<InstitutionsPage> {
  const contains = { contains: q.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } as const;
  const rows = await db.institution.findMany({
    where: q ? { OR: [{ nameJa: contains }, { nameEn: contains }, { entityId: contains }] } : {},
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
    institutions: shown.map(({ entityId, nameJa, nameEn, _count, ...row }) => ({
      entityId,
      nameJa,
      nameEn,
      members: _count.members,
      inForce: known.has(entityId),
      policy: policyOf(row),
      keyOrigins: originsOf(row),
    })),
    next: rows.length > perPage ? (shown.at(-1)?.id ?? null) : null,
    others: q && !after ? await withoutMembers(db, { q, locale, now }) : [],
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
    .map(({ id: _, ...row }) => ({ ...row, members: 0, inForce: true, policy: open, keyOrigins: usual }));
}

async function inForceAmong(db: Database, entityIds: readonly string[], now: Date): Promise<Set<string>> {
  const rows = await db.identityProvider.findMany({
    where: { entityId: { in: [...entityIds] }, validUntil: { gt: now } },
    select: { entityId: true },
  });
  return new Set(rows.map(({ entityId }) => entityId));
}

/** Whether members are there or not; null for one that nobody has heard of. */
export async function institutionOf(
  db: Database,
  { entityId, now }: { entityId: string; now: Date },
): Promise<(InstitutionRow & { names: CertificateNames }) | null> {
  const [kept, provider] = await Promise.all([
    db.institution.findUnique({ where: { entityId }, include: { _count: { select: { members: true } } } }),
    providerInForce(db, providerIdOf(entityId), now),
  ]);
  const known = kept ?? provider;
  if (!known) return null;
  const dnBase = kept?.dnBase ?? (provider ? dnBaseOf(provider) : "");
  return {
    entityId,
    nameJa: known.nameJa,
    nameEn: known.nameEn,
    members: kept?._count.members ?? 0,
    inForce: provider !== null,
    policy: kept ? policyOf(kept) : open,
    keyOrigins: kept ? originsOf(kept) : usual,
    names: { dnBase, cnRule: kept?.cnRule ?? "displayName" },
  };
}

function policyOf(row: Policy): GuardPolicy {
  return { aal2For: inOrder(row.aal2For), ial2For: inOrder(row.ial2For) };
}

export function inOrder(deeds: readonly string[]): GuardedDeed[] {
  return guardedDeeds.filter((deed) => deeds.includes(deed));
}

export type Saved = "saved" | "changed_meanwhile" | "unknown";

/**
 * Holds from the next request on. `seen` is the policy that the form was filled in upon: one that somebody else has changed since
 * is not overwritten. `by` is the operator.
 */
export async function savePolicy(
  db: Database,
  wish: { entityId: string; policy: GuardPolicy; seen: GuardPolicy; by: string; now: Date },
): Promise<Saved> {
  const { entityId, now } = wish;
  const policy = policyOf({ aal2For: wish.policy.aal2For, ial2For: wish.policy.ial2For });
  const done = await change(db, entityId, now, {
    isSeen: (row) => isSame(policyOf(row), policyOf(wish.seen)),
    data: { aal2For: [...policy.aal2For], ial2For: [...policy.ial2For] },
  });
  if (done === "saved") {
    log.info(
      { event: "policy", by: wish.by, entityId, ...policy },
      "An operator set what an institution asks for",
    );
  }
  return done;
}

/** Holds for applications from now on: what is ordered already keeps what held then. `seen`, `by`: as for `savePolicy`. */
export async function saveKeyOrigins(
  db: Database,
  wish: {
    entityId: string;
    keyOrigins: readonly KeyOrigin[];
    seen: readonly KeyOrigin[];
    by: string;
    now: Date;
  },
): Promise<Saved> {
  const { entityId } = wish;
  const chosen = originsOf(wish);
  const done = await change(db, entityId, wish.now, {
    isSeen: (row) => isSame(originsOf(row), originsOf({ keyOrigins: wish.seen })),
    data: { keyOrigins: chosen },
  });
  if (done === "saved") {
    log.info(
      { event: "key-origins", by: wish.by, entityId, keyOrigins: chosen },
      "An operator set where an institution's keys may be made",
    );
  }
  return done;
}

function originsOf(row: { keyOrigins: readonly string[] }): KeyOrigin[] {
  return keyOrigins.filter((origin) => row.keyOrigins.includes(origin));
}

/** Changes the row, unless it is no longer as it was seen. */
export async function change(
  db: Database,
  entityId: string,
  now: Date,
  { isSeen, data }: { isSeen: (row: Institution) => boolean; data: Prisma.InstitutionUpdateInput },
): Promise<Saved> {
  if (!(await sureOfRow(db, entityId, now))) return "unknown";
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM "Institution" WHERE "entityId" = ${entityId} FOR UPDATE`;
    if (!isSeen(await tx.institution.findUniqueOrThrow({ where: { entityId } }))) return "changed_meanwhile";
    await tx.institution.update({ where: { entityId }, data });
    return "saved";
  });
}

/** An institution whose members are yet to come gets its row now. */
async function sureOfRow(db: Database, entityId: string, now: Date): Promise<boolean> {
  if (await db.institution.findUnique({ where: { entityId }, select: { id: true } })) return true;
  const provider = await providerInForce(db, providerIdOf(entityId), now);
  if (!provider) return false;
  const { nameJa, nameEn } = provider;
  await db.institution.upsert({
    where: { entityId },
    create: { entityId, nameJa, nameEn, dnBase: dnBaseOf(provider), createdAt: now },
    update: {},
  });
  return true;
}

function isSame<T>(one: T, other: T): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
