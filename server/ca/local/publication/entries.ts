/** What stands on a revocation list, as octets: put together by the database in pieces, so that a million entries are never a million objects. */
import { encodeEntry } from "../../../pki/crl.ts";
import { readCertificate } from "../../../pki/read.ts";
import type { World } from "../world.ts";

/** Of which list, and which of the revocations up to `until`: those after `since`, and those whose certificate had not ended by `endedBefore`. */
export type Wanted = {
  issuerId: string;
  shard: number;
  until: Date;
  /** For a delta. */
  since?: Date;
  /** For a complete list: it leaves out what ended before, unless it was revoked later than that. */
  endedBefore?: Date;
};

/** Entries of a piece: a megabyte at most. */
const piece = 20_000;

/** The entries, one after the other, as `buildCrl` takes them. */
export async function entriesOf(world: World, wanted: Wanted): Promise<Uint8Array> {
  const octets = new Growing();
  for (const entry of await issuersOn(world, wanted)) octets.add(entry);
  for (const entry of await encodedNow(world, wanted)) octets.add(entry);
  let last = { at: wanted.since ?? new Date(0), entry: beyondAny };
  for (;;) {
    const [next] = await nextPiece(world, wanted, last);
    if (!next?.encoded || !next.at) return octets.taken();
    octets.add(next.encoded);
    if (next.count < piece) return octets.taken();
    last = { at: next.at, entry: lastOf(next.encoded) };
  }
}

/** Every entry begins with 0x30. */
const beyondAny = Uint8Array.of(0xff);

type Piece = { count: number; encoded: Uint8Array | null; at: Date | null };

/** The last of entries: each says in its second octet how long it is, for none is as long as 128. */
function lastOf(entries: Uint8Array): Uint8Array<ArrayBuffer> {
  let at = 0;
  for (;;) {
    const next = at + 2 + (entries[at + 1] ?? 0);
    if (next >= entries.length) return Uint8Array.from(entries.subarray(at));
    at = next;
  }
}

/**
 * In the order of the index that holds all of it: the rows themselves, of two kilobytes each, are not read. Where a piece begins is said once:
 * with another lower bound beside it PostgreSQL may begin at that, and read what went before for every piece.
 */
function nextPiece(world: World, wanted: Wanted, after: { at: Date; entry: Uint8Array }): Promise<Piece[]> {
  const { issuerId, shard, until, endedBefore = new Date(0) } = wanted;
  return world.db.plain.$queryRaw<Piece[]>`
    SELECT count(*)::int AS "count", string_agg("crlEntry", ''::bytea ORDER BY "revokedAt", "crlEntry") AS "encoded",
           max("revokedAt") AS "at"
    FROM (
      SELECT "revokedAt", "crlEntry" FROM "Certificate"
      WHERE "issuerId" = ${issuerId} AND "revokedAt" <= ${until} AND "crlEntry" IS NOT NULL
        AND ("revokedAt", "crlEntry") > (${after.at}, ${after.entry})
        AND (${shard}::int = 0 OR "shard" = ${shard}::int)
        AND ("notAfter" >= ${endedBefore} OR "revokedAt" > ${endedBefore})
      ORDER BY "revokedAt", "crlEntry" LIMIT ${piece}::int
    ) AS "next"`;
}

/** What an earlier release revoked was not encoded then, and is here. */
async function encodedNow(world: World, wanted: Wanted): Promise<Uint8Array[]> {
  const { issuerId, shard, until, since, endedBefore } = wanted;
  const rows = await world.db.certificate.findMany({
    where: {
      issuerId,
      crlEntry: null,
      revokedAt: { lte: until, ...(since && { gt: since }) },
      ...(shard > 0 && { shard }),
      ...(endedBefore && { OR: [{ notAfter: { gte: endedBefore } }, { revokedAt: { gt: endedBefore } }] }),
    },
    select: { serial: true, revokedAt: true, revocationReason: true },
  });
  return rows.flatMap(({ serial, revokedAt, revocationReason }) =>
    revokedAt ? [encodeEntry({ serial, at: revokedAt, reason: revocationReason ?? 0 })] : [],
  );
}

/** Issuing CAs that their root has revoked: they are on its complete list, and on no shard. */
async function issuersOn(world: World, { issuerId, shard, until, since }: Wanted): Promise<Uint8Array[]> {
  if (shard !== 0) return [];
  const rows = await world.db.issuer.findMany({
    where: { parentId: issuerId, revokedAt: { lte: until, ...(since && { gt: since }) } },
    select: { certificate: true, revokedAt: true, revocationReason: true },
  });
  return rows.flatMap(({ certificate, revokedAt, revocationReason }) =>
    certificate && revokedAt
      ? [
          encodeEntry({
            serial: readCertificate(certificate).serial,
            at: revokedAt,
            reason: revocationReason ?? 0,
          }),
        ]
      : [],
  );
}

/** Octets that become more. */
class Growing {
  #octets = Buffer.allocUnsafeSlow(64 * 1024);
  #end = 0;

  add(part: Uint8Array): void {
    if (this.#end + part.length > this.#octets.length) {
      const larger = Buffer.allocUnsafeSlow(Math.ceil((this.#end + part.length) * 1.5));
      larger.set(this.#octets.subarray(0, this.#end));
      this.#octets = larger;
    }
    this.#octets.set(part, this.#end);
    this.#end += part.length;
  }

  taken(): Uint8Array {
    return this.#octets.subarray(0, this.#end);
  }
}
