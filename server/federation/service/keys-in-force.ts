/** Our own key pairs in the federation: made once, when first needed, and kept sealed in the database. */
import type { Database } from "../../db.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import type { Federation } from "../world.ts";
import { type KeyPair, makeKeyPair } from "./keys.ts";

export type SpPurpose = "sp-signing" | "sp-encryption";
export type Purpose = SpPurpose | "demo-federation" | "demo-a" | "demo-b";

export type ServiceKey = KeyPair & { id: string; signsFrom: Date | null; retiredAt: Date | null };

export type Needs = Pick<Federation, "db" | "now" | "sealing" | "baseUrl">;

/** Two processes that start at once must not make two keys, and two operators no two rollovers. */
export const lock = 0x5361_6d6c;

/**
 * Institutions may hold metadata of ours as old as a federation lets them be, and encrypt for a key that has been retired
 * since: so long it still opens.
 */
export const stillOpensFor = 15 * 24 * 60 * 60 * 1000;

/** How long a process goes on with what it has read: no login waits for it, and a rollover reaches everybody within it. */
const readAgainAfter = 30_000;

const { context: contextOf } = sealedColumns.serviceKey;

type Kept = { at: number; keys: Promise<ServiceKey[]> };
const kept = new WeakMap<Database, Map<Purpose, Kept>>();

/** The keys that do their work for a purpose, newest first; several during a rollover, and for a while after it. */
export async function serviceKeys(world: Needs, purpose: Purpose): Promise<ServiceKey[]> {
  const byPurpose = kept.get(world.db) ?? new Map<Purpose, Kept>();
  kept.set(world.db, byPurpose);
  const known = byPurpose.get(purpose);
  if (known && Date.now() - known.at < readAgainAfter) return known.keys;
  const keys = readOrMake(world, purpose);
  byPurpose.set(purpose, { at: Date.now(), keys });
  keys.catch(() => byPurpose.delete(purpose));
  return keys;
}

/**
 * The keys that our metadata name, newest first: as they are now, for whoever has just made one comes for the metadata next.
 * From then on this process works with the same.
 */
export async function publishedKeys(world: Needs, purpose: Purpose): Promise<ServiceKey[]> {
  kept.get(world.db)?.delete(purpose);
  return (await serviceKeys(world, purpose)).filter(({ retiredAt }) => retiredAt === null);
}

/** The key that signs: the one that was told to last. */
export async function serviceKey(world: Needs, purpose: Purpose): Promise<ServiceKey> {
  const signing = inUse(await serviceKeys(world, purpose), world.now());
  if (!signing) throw new Error(`no key for ${purpose}`);
  return signing;
}

type Term = Pick<ServiceKey, "signsFrom" | "retiredAt">;

/** Of the keys of one purpose, the one in use. */
export function inUse<Key extends Term>(keys: readonly Key[], now: Date): Key | undefined {
  return keys
    .filter(({ signsFrom, retiredAt }) => retiredAt === null && signsFrom !== null && signsFrom <= now)
    .sort((one, other) => Number(other.signsFrom) - Number(one.signsFrom))[0];
}

/** What this process has read is forgotten: for those who have just changed it. */
export function readKeysAgain({ db }: Pick<Federation, "db">): void {
  kept.delete(db);
}

async function readOrMake(world: Needs, purpose: Purpose): Promise<ServiceKey[]> {
  const there = await read(world, purpose);
  if (there.some(({ retiredAt }) => retiredAt === null)) return there;
  await make(world, purpose);
  return read(world, purpose);
}

async function read({ db, sealing, now }: Needs, purpose: Purpose): Promise<ServiceKey[]> {
  const since = new Date(now().getTime() - stillOpensFor);
  const rows = await db.serviceKey.findMany({
    where: { purpose, OR: [{ retiredAt: null }, { retiredAt: { gt: since } }] },
    orderBy: { createdAt: "desc" },
  });
  return rows.map(({ id, certificate, sealedKey, signsFrom, retiredAt }) => ({
    id,
    certificate,
    privateKey: Buffer.from(sealing.open(sealedKey, contextOf(purpose))).toString("utf8"),
    signsFrom,
    retiredAt,
  }));
}

async function make(world: Needs, purpose: Purpose): Promise<void> {
  const row = await newKeyRow(world, purpose);
  await world.db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lock}::bigint)`;
    if (await tx.serviceKey.findFirst({ where: { purpose, retiredAt: null } })) return;
    await tx.serviceKey.create({ data: { ...row, signsFrom: row.createdAt } });
  });
}

/**
 * A key of ours lives for years: 3072 bits, which NIST SP 800-57 and CRYPTREC let live beyond 2030 (2048 they do not). Signing
 * and opening take 0.8 ms with it, which no login notices. The demo federation's have no such future.
 */
const bitsOf = (purpose: Purpose) => (purpose.startsWith("sp-") ? 3072 : 2048);

/** A new pair, sealed and not yet stored; it signs nothing. `brought`: that one, and none is made. */
export async function newKeyRow(world: Needs, purpose: Purpose, brought?: KeyPair) {
  const now = world.now();
  const pair = brought ?? (await makeKeyPair(new URL(world.baseUrl).hostname, now, bitsOf(purpose)));
  const sealedKey = world.sealing.seal(Buffer.from(pair.privateKey, "utf8"), contextOf(purpose));
  return { purpose, certificate: pair.certificate, sealedKey, createdAt: now };
}
