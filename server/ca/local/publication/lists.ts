/**
 * A revocation list made and kept, in three steps of which only the first and the last hold anything:
 *
 * 1. A number and a time are reserved, while no revocation of this issuer is being written: every one there is belongs on the list, and
 *    every later one gets a later time (`afterTheirLists`), so that none falls between two lists.
 * 2. The list is made. That may take seconds, and revocations go on meanwhile.
 * 3. It is kept, unless a newer one was faster.
 *
 * A process may end at any moment: a number stays unused, and the next look finds the list still due.
 */
import type { Statements, Transaction } from "../../../db.ts";
import { buildCrl } from "../../../pki/crl.ts";
import type { SigningIssuer } from "../issuers.ts";
import { deltaName, publicationOf, repositoryAddress } from "../profiles.ts";
import { inOneGo, type World } from "../world.ts";
import { entriesOf } from "./entries.ts";
import { type Due, due, type Occasion, validFor } from "./rule.ts";
import { saveFull } from "./store.ts";

/** Reserves, makes and keeps what is due of one list; false when nothing was. */
export async function publishList(
  world: World,
  issuer: SigningIssuer,
  shard: number,
  occasion: Omit<Occasion, "now">,
): Promise<boolean> {
  const plan = await inOneGo(world, (tx) => reserve(tx, world, issuer.id, shard, occasion));
  if (!plan) return false;
  const { number, at } = plan;
  const full = plan.due === "delta" ? null : await makeFull(world, issuer, plan);
  const delta = plan.due === "full" ? null : await makeDelta(world, issuer, plan);
  await world.db.plain.inOneGo(async (tx) => {
    const key = { issuerId: issuer.id, shard };
    if (full && (await saveFull(tx, { ...key, number, at, nextUpdate: after(at, validFor.full), full }))) {
      const { byClock } = plan;
      if (byClock) await moveBase(tx, key, plan);
    }
    if (!delta) return;
    const deltaNextUpdate = after(at, validFor.delta);
    await tx.$send`
      UPDATE "RevocationList" SET "delta" = ${delta}, "deltaThisUpdate" = ${at}, "deltaNextUpdate" = ${deltaNextUpdate}
      WHERE "issuerId" = ${issuer.id} AND "shard" = ${shard} AND ("deltaThisUpdate" IS NULL OR "deltaThisUpdate" < ${at})`;
  });
  return true;
}

type Plan = {
  due: Exclude<Due, null>;
  shard: number;
  number: number;
  at: Date;
  byClock: boolean;
  /** What ended before stays away from the complete list: a list by the clock has named it since (RFC 5280 §3.3). */
  endedBefore: Date;
  base: { number: number; at: Date };
};

async function reserve(
  tx: Transaction,
  { now }: World,
  issuerId: string,
  shard: number,
  occasion: Omit<Occasion, "now">,
): Promise<Plan | null> {
  // Waits for revocations that are being written, and keeps the next ones waiting; a list that is being kept waits for none of them.
  await tx.$queryRaw`SELECT 1 FROM "Issuer" WHERE "id" = ${issuerId} FOR NO KEY UPDATE`;
  const list = (await listsOf(tx, issuerId)).find((row) => row.shard === shard) ?? none(shard);
  const what = due(list, { ...occasion, now: now() });
  if (!what) return null;
  const number = list.number + 1;
  // Clocks of machines differ: never before the list before, nor before a revocation that it has to name.
  const at = latest(now(), after(list.horizon, 1), list.revokedAt);
  // Until a first list is made there is one that has ended.
  await tx.$executeRaw`
    INSERT INTO "RevocationList" ("issuerId", "shard", "number", "horizon", "full", "fullNumber", "thisUpdate", "nextUpdate")
    VALUES (${issuerId}, ${shard}, ${number}, ${at}, ''::bytea, 0, ${epoch}, ${epoch})
    ON CONFLICT ("issuerId", "shard") DO UPDATE SET "number" = ${number}, "horizon" = ${at}`;
  const present = list.fullNumber > 0 ? { number: list.fullNumber, at: list.thisUpdate } : { number, at };
  return {
    due: what,
    shard,
    number,
    at,
    byClock: at.getTime() - list.dailyAt.getTime() >= occasion.freshFor,
    endedBefore: list.dailyAt,
    base:
      list.baseNumber !== null && list.baseAt
        ? { number: list.baseNumber, at: list.baseAt }
        : list.dailyNumber !== null
          ? { number: list.dailyNumber, at: list.dailyAt }
          : present,
  };
}

const epoch = new Date(0);

export type ListRow = {
  shard: number;
  size: number;
  number: number;
  fullNumber: number;
  thisUpdate: Date;
  nextUpdate: Date;
  horizon: Date;
  dailyNumber: number | null;
  dailyAt: Date;
  baseNumber: number | null;
  baseAt: Date | null;
  deltaThisUpdate: Date | null;
  revokedAt: Date | null;
  /** Whether certificates that name it are in force, or may still come to be. */
  needed: boolean;
};

export function none(shard: number): ListRow {
  const numbers = { size: 0, number: 0, fullNumber: 0, dailyNumber: null, baseNumber: null };
  const dates = {
    thisUpdate: epoch,
    nextUpdate: epoch,
    horizon: epoch,
    dailyAt: epoch,
    baseAt: null,
    deltaThisUpdate: null,
  };
  return { shard, ...numbers, ...dates, revokedAt: null, needed: true };
}

/** All lists of an issuer, with the newest revocation that one of them lacks. */
export function listsOf(db: Transaction, issuerId: string): Promise<ListRow[]> {
  return db.$queryRaw<ListRow[]>`
    SELECT l."shard", length(l."full") AS "size", l."number", l."fullNumber", l."thisUpdate", l."nextUpdate",
           COALESCE(l."horizon", l."thisUpdate") AS "horizon",
           l."dailyNumber", COALESCE(l."dailyAt", l."thisUpdate") AS "dailyAt", l."baseNumber", l."baseAt", l."deltaThisUpdate",
           GREATEST(
             (SELECT max(c."revokedAt") FROM "Certificate" c
              WHERE c."issuerId" = l."issuerId" AND (l."shard" = 0 OR c."shard" = l."shard")
                AND c."revokedAt" > LEAST(l."thisUpdate", l."deltaThisUpdate")),
             (SELECT max(i."revokedAt") FROM "Issuer" i
              WHERE i."parentId" = l."issuerId" AND l."shard" = 0
                AND i."revokedAt" > LEAST(l."thisUpdate", l."deltaThisUpdate"))
           ) AS "revokedAt",
           (l."shard" = 0 OR l."shard" >= o."openShard" OR EXISTS (
             SELECT 1 FROM "Certificate" c
             WHERE c."issuerId" = l."issuerId" AND c."shard" = l."shard"
               AND c."notAfter" >= COALESCE(l."dailyAt", l."thisUpdate"))) AS "needed"
    FROM "RevocationList" l JOIN "Issuer" o ON o."id" = l."issuerId"
    WHERE l."issuerId" = ${issuerId} ORDER BY l."shard"`;
}

async function makeFull(world: World, issuer: SigningIssuer, plan: Plan): Promise<Uint8Array> {
  const { shard, at, endedBefore } = plan;
  const entries = await entriesOf(world, { issuerId: issuer.id, shard, until: at, endedBefore });
  const nextUpdate = after(at, validFor.full);
  const freshestUrl = repositoryAddress(world.publicUrl, deltaName(issuer.id, shard));
  return buildCrl({ ...common(world, issuer, plan), nextUpdate, entries, freshestUrl }, issuer.signer);
}

async function makeDelta(world: World, issuer: SigningIssuer, plan: Plan): Promise<Uint8Array> {
  const { shard, at, base } = plan;
  const entries = await entriesOf(world, { issuerId: issuer.id, shard, until: at, since: base.at });
  const nextUpdate = after(at, validFor.delta);
  return buildCrl({ ...common(world, issuer, plan), nextUpdate, entries, base: base.number }, issuer.signer);
}

/** A shard says which one it is; the complete list speaks for everything that its issuer signed (RFC 5280 §5.2.5). */
function common(world: World, issuer: SigningIssuer, { shard, number, at }: Plan) {
  return {
    issuerName: issuer.name,
    authorityKeyIdentifier: issuer.keyIdentifier,
    number,
    thisUpdate: at,
    ...(shard > 0 && { url: publicationOf(world.publicUrl, issuer.id, shard).crlUrl }),
  };
}

/** Deltas build upon the complete list of the day before: whoever fetches once a day has one that is at least as new. */
async function moveBase(tx: Statements, key: { issuerId: string; shard: number }, { number, at }: Plan) {
  await tx.$executeRaw`
    UPDATE "RevocationList" SET "baseNumber" = "dailyNumber", "baseAt" = "dailyAt", "dailyNumber" = ${number}, "dailyAt" = ${at}
    WHERE "issuerId" = ${key.issuerId} AND "shard" = ${key.shard}`;
}

function after(date: Date, milliseconds: number): Date {
  return new Date(date.getTime() + milliseconds);
}

function latest(...dates: readonly (Date | null)[]): Date {
  return new Date(Math.max(...dates.map((date) => date?.getTime() ?? 0)));
}
