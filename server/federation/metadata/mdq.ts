/**
 * Metadata one entity at a time (draft-young-md-query, draft-young-md-query-saml), for federations that are too large to be read whole:
 * an institution is asked for when somebody comes from it, and kept as a row.
 */
import type { IdentityProvider, Prisma } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import { entityIdOf, type Federation, type RealSource, sourceOf } from "../world.ts";
import type { Found, State } from "./aggregate.ts";
import { type Believed, type Limits, metadataReader } from "./document.ts";
import { pinnedCertificates } from "./pinned.ts";
import { type Provider, providerIdOf } from "./read-providers.ts";
import { MetadataRefusal } from "./refusal.ts";
import { type Fetched, fetchMetadata, type Validators } from "./source.ts";

/** One entity, so little that reading it in between holds nobody up. */
const limits: Limits = { octets: 1024 * 1024, depth: 64, attributes: 256, entities: 1, text: 256 * 1024 };

const minute = 60_000;
const hour = 60 * minute;
/** When to ask again: as the service says, within these. */
const soonest = 10 * minute;
const usually = hour;
const latest = 2 * hour;
/** A service that failed, and an institution that it does not know, are not asked again at every click. */
const retryAfter = 5 * minute;
const unknownFor = minute;
const silence = 10_000;
/** Somebody waits for the answer at the browser. */
const longest = 30_000;

type Mdq = Federation & { source: RealSource };

export function byMdq(world: Federation): world is Mdq {
  return !world.source.demo && world.source.mdq === true;
}

const asking = new Map<string, Promise<void>>();
const unknown = new Map<string, number>();
const most = { asking: 16, unknown: 1000 };

/**
 * Sees to it that the row of the entity is as fresh as it has to be: there, changed, or gone. A service that does not answer changes
 * nothing while what it said before is in force; without that, it is a MetadataRefusal.
 */
export async function freshen(world: Mdq, entityId: string): Promise<void> {
  const id = providerIdOf(entityId);
  const now = world.now();
  const row = await world.db.identityProvider.findUnique({ where: { id } });
  const inForce = row !== null && row.validUntil > now;
  if (inForce && row.askAgainAt && row.askAgainAt > now) return;
  if (!row && (unknown.get(id) ?? 0) > now.getTime()) return;

  try {
    await (asking.get(id) ?? begin(world, entityId, row));
  } catch (cause) {
    if (!inForce) throw cause;
    log.warn(
      { entityId, failure: String(cause) },
      "The metadata of an institution could not be asked for; what was in force stays",
    );
    const askAgainAt = new Date(now.getTime() + retryAfter);
    await world.db.identityProvider.updateMany({ where: { id }, data: { askAgainAt } });
  }
}

async function begin(world: Mdq, entityId: string, row: IdentityProvider | null): Promise<void> {
  if (asking.size >= most.asking)
    throw new MetadataRefusal("unreachable", `${asking.size} entities are being asked for already`);
  const id = providerIdOf(entityId);
  const asked = ask(world, entityId, row).finally(() => asking.delete(id));
  asking.set(id, asked);
  await asked;
}

async function ask(world: Mdq, entityId: string, row: IdentityProvider | null): Promise<void> {
  const id = providerIdOf(entityId);
  const now = world.now();
  const known = row?.etag && row.validUntil > now ? { etag: row.etag, lastModified: null } : undefined;
  const fetched = await fetchEntity(world, entityId, known);
  if (fetched.status === "same") {
    const askAgainAt = new Date(now.getTime() + usually);
    await world.db.identityProvider.updateMany({ where: { id }, data: { askAgainAt } });
    return;
  }
  const entity = fetched.status === "here" ? await readEntity(world, entityId, fetched) : null;
  if (!entity) {
    remember(id, now.getTime() + unknownFor);
    await world.db.identityProvider.deleteMany({ where: { id } });
    return;
  }
  const { provider, askAgainAt, validators } = entity;
  // As for a whole federation: who stands between us and the service could answer with keys that were given up.
  if (row && row.validUntil > now && provider.validUntil < row.validUntil)
    throw new MetadataRefusal(
      "older",
      `ends ${provider.validUntil.toISOString()}, while what is in force ends ${row.validUntil.toISOString()}`,
    );
  const data = { ...provider, askAgainAt, etag: validators.etag };
  await world.db.identityProvider.upsert({ where: { id }, create: data, update: data });
}

function remember(id: string, until: number) {
  if (unknown.size >= most.unknown) unknown.clear();
  unknown.set(id, until);
}

function fetchEntity({ source }: Mdq, entityId: string, known?: Validators): Promise<Fetched> {
  const url = `${source.url}/entities/${encodeURIComponent(entityId)}`;
  return fetchMetadata(url, {
    silence: source.silence ?? silence,
    longest: source.longest ?? longest,
    ...(known && { known }),
  });
}

type Entity = {
  believed: Believed;
  provider: Provider | undefined;
  validators: Validators;
  askAgainAt: Date;
};

/** Null for an entity that is no identity provider. */
async function readEntity(
  world: Mdq,
  entityId: string,
  fetched: Fetched & { status: "here" },
): Promise<(Entity & { provider: Provider }) | null> {
  const { provider, ...entity } = await readDocument(world, entityId, fetched);
  return provider ? { ...entity, provider } : null;
}

/** Whoever asks for one entity and is given another, genuine one has been given the wrong one. */
async function readDocument(
  world: Mdq,
  entityId: string,
  { octets, validators, maxAge }: Fetched & { status: "here" },
): Promise<Entity> {
  const { source } = world;
  const now = world.now();
  const certificates = await pinnedCertificates(source.certificates);
  const found: Provider[] = [];
  const trust = { certificates, now, ...(source.maxDays && { maxDays: source.maxDays }) };
  const reader = metadataReader(trust, (provider) => found.push(provider), limits);
  for await (const piece of octets) reader.write(piece);
  const believed = reader.end();
  if (believed.entityId !== entityId)
    throw new MetadataRefusal(
      "other_entity",
      `asked for ${entityId}, given ${believed.entityId ?? "several"}`,
    );
  const said = Math.min(believed.cacheDuration ?? usually, maxAge ?? usually);
  const wait = Math.min(Math.max(said, soonest), latest);
  return { believed, provider: found[0], validators, askAgainAt: new Date(now.getTime() + wait) };
}

/**
 * What a look at the whole metadata is, where there is no whole: our own entity is asked for, which shows whether the service answers and
 * who signs, and so is every institution from which somebody is logged in.
 */
export async function lookAtMdq(
  world: Mdq,
  tx: Prisma.TransactionClient,
  state: State | null,
): Promise<Found> {
  const now = world.now();
  const own = entityIdOf(world);
  const fetched = await fetchEntity(world, own);
  // Where it does not know us it has answered all the same.
  const read = fetched.status === "here" ? await readDocument(world, own, fetched) : null;
  const validUntil = read?.believed.validUntil ?? new Date(now.getTime() + 24 * hour);
  const source = sourceOf(world);
  if (state?.source !== source) await tx.identityProvider.deleteMany({ where: { askAgainAt: null } });
  const providers = await tx.identityProvider.count({ where: { validUntil: { gt: now } } });
  return {
    outcome: "loaded",
    providers,
    appeared: [],
    vanished: [],
    detail: read ? null : `${own} is not known there`,
    state: {
      source,
      validUntil,
      loadedAt: now,
      digest: null,
      publishedAt: null,
      signer: read?.believed.signer ?? null,
      etag: null,
      lastModified: null,
    },
  };
}

/** Institutions with sessions in force: one that vanished must not keep them. */
export async function freshenThoseInUse(world: Mdq): Promise<void> {
  const now = world.now();
  const living = { endedAt: null, expiresAt: { gt: now } };
  const inUse = await world.db.institution.findMany({
    where: { members: { some: { sessions: { some: living } } } },
    select: { entityId: true },
  });
  for (const { entityId } of inUse)
    await freshen(world, entityId).catch((cause) =>
      log.warn({ entityId, failure: String(cause) }, "The metadata of an institution could not be asked for"),
    );
}
