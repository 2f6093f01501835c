/** Complete lists in the database: written and read in pieces, for one of a million entries has forty megabytes. */
import type { Database, Transaction } from "../../../db.ts";

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
export async function saveFull(tx: Transaction, list: Full): Promise<boolean> {
  const { issuerId, shard, number, at, nextUpdate, full } = list;
  if (full.length <= piece) {
    const kept = await tx.revocationList.updateMany({
      where: { issuerId, shard, fullNumber: { lt: number } },
      data: { full: Uint8Array.from(full), fullNumber: number, thisUpdate: at, nextUpdate },
    });
    return kept.count > 0;
  }
  await tx.$executeRaw`CREATE TEMP TABLE IF NOT EXISTS "list_piece" ("n" int, "octets" bytea) ON COMMIT DROP`;
  // What is read again a moment later is not compressed: that would take longer than all the rest.
  await tx.$executeRaw`ALTER TABLE "list_piece" ALTER COLUMN "octets" SET STORAGE EXTERNAL`;
  for (let n = 0; n * piece < full.length; n++)
    await tx.$executeRaw`INSERT INTO "list_piece" VALUES (${n}, ${full.subarray(n * piece, (n + 1) * piece)})`;
  const kept = await tx.$executeRaw`
    UPDATE "RevocationList"
    SET "full" = (SELECT string_agg("octets", ''::bytea ORDER BY "n") FROM "list_piece"),
        "fullNumber" = ${number}, "thisUpdate" = ${at}, "nextUpdate" = ${nextUpdate}
    WHERE "issuerId" = ${issuerId} AND "shard" = ${shard} AND "fullNumber" < ${number}`;
  return kept > 0;
}

/** The octets of the complete list with this number, or null when it is another by now. */
export async function readFull(
  db: Database,
  { issuerId, shard, number, size }: { issuerId: string; shard: number; number: number; size: number },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const octets = new Uint8Array(size);
  for (let at = 0; at < size; at += piece) {
    const [row] = await db.plain.$queryRaw<{ octets: Uint8Array }[]>`
      SELECT substring("full" FROM ${at + 1}::int FOR ${piece}::int) AS "octets" FROM "RevocationList"
      WHERE "issuerId" = ${issuerId} AND "shard" = ${shard} AND "fullNumber" = ${number}`;
    if (!row) return null;
    octets.set(row.octets, at);
  }
  return octets;
}
