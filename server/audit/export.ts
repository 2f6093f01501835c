/**
 * An institution's trail as JSON Lines, with the proof that it belongs to the chain. Between a signed head (or the beginning) and the next
 * signed head each place of the chain is a line: the entry itself where it is the institution's, else only its digest. Whoever has the file
 * and the public key computes hashₙ = SHA-256(hashₙ₋₁ ‖ SHA-256(entryₙ)) from one head to the other; nothing can be left out, added or changed.
 */
import type { Database } from "../db.ts";
import type { AuditHead } from "../generated/prisma/client.ts";
import { following, hex, isSame, start } from "./chain.ts";
import { publicHead } from "./heads.ts";

export type ExportWish = {
  /** Whose entries are told; null: all of them. */
  institutions: readonly string[] | null;
  /** Entries of these days. */
  from: Date;
  to: Date;
};

type Link = { seq: bigint; digest: Uint8Array; hash: Uint8Array; canonical: string | null };

const atOnce = 2_000;

/**
 * The lines, a portion at a time. Where nothing is to be told there are the first and the last line only, and no head.
 * @throws Error where the last head is older than what is told: sign one first (`signHead`)
 */
export async function* exported(db: Database, wish: ExportWish): AsyncGenerator<string> {
  const span = await spanOf(db, wish);
  yield line({
    type: "start",
    head: span.first && publicHead(span.first),
    seq: String(span.first?.seq ?? 0n),
    hash: hex(span.first?.hash ?? start),
  });
  if (!span.last) return yield line({ type: "end", head: null });
  let hash: Uint8Array = span.first?.hash ?? start;
  for (let after = span.first?.seq ?? 0n; after < span.last.seq; ) {
    const links = await read(db, wish, after, span.last.seq);
    let lines = "";
    for (const { seq, digest, canonical, hash: kept } of links) {
      hash = following(hash, digest);
      if (!isSame(hash, kept)) throw new Error(`The audit's chain does not hold at ${seq}.`);
      lines +=
        canonical === null
          ? line({ seq: String(seq), digest: hex(digest) })
          : // The entry stands as it was hashed.
            `{"seq":"${seq}","entry":${canonical}}\n`;
      after = seq;
    }
    if (lines === "") throw new Error("The audit's chain has a gap.");
    yield lines;
  }
  yield line({ type: "end", head: publicHead(span.last) });
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** From the last head before the first entry of the days, to the first head after the last. */
async function spanOf(
  db: Database,
  { institutions, from, to }: ExportWish,
): Promise<{ first: AuditHead | null; last: AuditHead | null }> {
  const [bounds] = await db.$queryRaw<{ least: bigint | null; most: bigint | null }[]>`
    SELECT min(l.seq) AS least, max(l.seq) AS most
    FROM "AuditEntry" e JOIN "AuditLink" l ON l."entryId" = e.id
    WHERE e.at >= ${from} AND e.at < ${to}
      AND (${institutions === null} OR e."institutionId" = ANY(${[...(institutions ?? [])]}))`;
  const { least, most } = bounds ?? {};
  if (!least || !most) return { first: null, last: null };
  const [first, last] = await Promise.all([
    db.auditHead.findFirst({ where: { seq: { lt: least } }, orderBy: { seq: "desc" } }),
    db.auditHead.findFirst({ where: { seq: { gte: most } }, orderBy: { seq: "asc" } }),
  ]);
  if (!last) throw new Error(`No head was signed at ${most} or after.`);
  return { first, last };
}

function read(
  db: Database,
  { institutions, from, to }: ExportWish,
  after: bigint,
  last: bigint,
): Promise<Link[]> {
  return db.$queryRaw<Link[]>`
    SELECT l.seq, l.digest, l.hash, e.canonical
    FROM "AuditLink" l LEFT JOIN "AuditEntry" e ON e.id = l."entryId" AND e.at >= ${from} AND e.at < ${to}
      AND (${institutions === null} OR e."institutionId" = ANY(${[...(institutions ?? [])]}))
    WHERE l.seq > ${after} AND l.seq <= ${last} ORDER BY l.seq LIMIT ${atOnce}`;
}
