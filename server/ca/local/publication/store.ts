/** Complete lists in the database: one of a million entries has forty megabytes. */
import type { Database, Statements } from "../../../db.ts";

/** Octets that are read at a time: some are taken in while PostgreSQL gives the next. */
const piece = 1024 * 1024;

type Full = {
  issuerId: string;
  shard: number;
  number: number;
  at: Date;
  nextUpdate: Date;
  full: Uint8Array;
};

/** False when a newer list is there already. */
export async function saveFull(tx: Statements, list: Full): Promise<boolean> {
  const { issuerId, shard, number, at, nextUpdate, full } = list;
  const kept = await tx.$executeRaw`
    UPDATE "RevocationList"
    SET "full" = ${full}, "fullNumber" = ${number}, "thisUpdate" = ${at}, "nextUpdate" = ${nextUpdate}
    WHERE "issuerId" = ${issuerId} AND "shard" = ${shard} AND "fullNumber" < ${number}`;
  return kept > 0;
}

/** The octets of the complete list with this number, or null when it is another by now. */
export async function readFull(
  db: Database,
  { issuerId, shard, number, size }: { issuerId: string; shard: number; number: number; size: number },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const pieces = await db.plain.$queryRaw<{ at: number; octets: Uint8Array }[]>`
    SELECT "at", substring("full" FROM "at" + 1 FOR ${piece}::int) AS "octets"
    FROM "RevocationList", generate_series(0, ${size}::int - 1, ${piece}::int) AS "at"
    WHERE "issuerId" = ${issuerId} AND "shard" = ${shard} AND "fullNumber" = ${number}`;
  if (pieces.length === 0) return null;
  const octets = new Uint8Array(size);
  for (const part of pieces) octets.set(part.octets, part.at);
  return octets;
}
