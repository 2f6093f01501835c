/** What stands on a revocation list, as octets: put together by the database in pieces, so that a million entries are never a million objects. */
import type { Transaction } from "../../../db.ts";
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

/** Of the database's pieces, how many are fetched at a time: some megabytes of a list of a million. */
const piecesAtATime = 64;
/** A million certificates make pieces of ten kilobytes each. */
const digits = 3;

/** The entries, one after the other, as `buildCrl` takes them. What was revoked by an earlier release was not encoded then, and is here. */
export async function entriesOf(world: World, wanted: Wanted): Promise<Uint8Array> {
  const octets = new Growing();
  for (const entry of await issuersOn(world, wanted)) octets.add(entry);
  await world.db.$transaction(
    async (tx) => {
      await openCursor(tx, wanted);
      for (;;) {
        const pieces = await tx.$queryRawUnsafe<Piece[]>(`FETCH ${piecesAtATime} FROM "entries"`);
        for (const { encoded, others } of pieces) {
          if (encoded) octets.add(encoded);
          for (const { serial, at, reason } of others ?? [])
            octets.add(encodeEntry({ serial, at: new Date(at), reason: reason ?? 0 }));
        }
        if (pieces.length < piecesAtATime) return;
      }
    },
    { maxWait: 20_000, timeout: 60_000 },
  );
  return octets.taken();
}

type Piece = {
  encoded: Uint8Array | null;
  others: { serial: string; at: string; reason: number | null }[] | null;
};

function openCursor(tx: Transaction, { issuerId, shard, until, since, endedBefore }: Wanted) {
  return tx.$executeRaw`
    DECLARE "entries" NO SCROLL CURSOR FOR
    SELECT string_agg("crlEntry", ''::bytea) AS "encoded",
           json_agg(json_build_object('serial', "serial", 'at', "revokedAt", 'reason', "revocationReason"))
             FILTER (WHERE "crlEntry" IS NULL) AS "others"
    FROM "Certificate"
    WHERE "issuerId" = ${issuerId} AND "revokedAt" <= ${until}
      AND (${shard}::int = 0 OR "shard" = ${shard}::int)
      AND (${since ?? null}::timestamptz IS NULL OR "revokedAt" > ${since ?? null}::timestamptz)
      AND (${endedBefore ?? null}::timestamptz IS NULL OR "notAfter" >= ${endedBefore ?? null}::timestamptz
           OR "revokedAt" > ${endedBefore ?? null}::timestamptz)
    GROUP BY left("serial", ${digits}::int)`;
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
