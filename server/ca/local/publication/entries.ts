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

/** The entries in pieces, as `buildCrl` takes them. */
export async function entriesOf(world: World, wanted: Wanted): Promise<Uint8Array[]> {
  return [
    ...(await issuersOn(world, wanted)),
    ...(await encodedNow(world, wanted)),
    ...(await encodedBefore(world, wanted)),
  ];
}

/**
 * In the order of the index that holds all of it: the rows themselves, of two kilobytes each, are not read. One statement, whose pieces come
 * while PostgreSQL puts the next one together: that begins behind the last entry of the one before, the end of its octets. Where a piece
 * begins is said once: with another lower bound beside it PostgreSQL may begin at that, and read what went before for every piece.
 */
async function encodedBefore(world: World, wanted: Wanted): Promise<Uint8Array[]> {
  const { issuerId, shard, until, since = new Date(0), endedBefore = new Date(0) } = wanted;
  const rows = await world.db.plain.$queryRaw<{ entries: Uint8Array }[]>`
    WITH RECURSIVE "piece" AS (
      SELECT ${piece}::bigint AS "count", ${beyondAny}::bytea AS "entries", 1 AS "lastSize", ${since}::timestamptz AS "at"
      UNION ALL
      SELECT "next".* FROM "piece", LATERAL (
        SELECT count(*), string_agg("crlEntry", ''::bytea ORDER BY "revokedAt", "crlEntry"),
               (array_agg(octet_length("crlEntry") ORDER BY "revokedAt", "crlEntry"))[count(*)], max("revokedAt")
        FROM (
          SELECT "revokedAt", "crlEntry" FROM "Certificate"
          WHERE "issuerId" = ${issuerId} AND "revokedAt" <= ${until} AND "crlEntry" IS NOT NULL
            AND ("revokedAt", "crlEntry") > ("piece"."at", substring("piece"."entries" FROM octet_length("piece"."entries") - "piece"."lastSize" + 1))
            AND (${shard}::int = 0 OR "shard" = ${shard}::int)
            AND ("notAfter" >= ${endedBefore} OR "revokedAt" > ${endedBefore})
          ORDER BY "revokedAt", "crlEntry" LIMIT ${piece}::int
        ) AS "entry"
      ) AS "next"
      WHERE "piece"."count" = ${piece}::bigint
    )
    SELECT "entries" FROM "piece" WHERE "entries" <> ${beyondAny}`;
  return rows.map(({ entries }) => entries);
}

/** Every entry begins with 0x30. */
const beyondAny = Uint8Array.of(0xff);

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
