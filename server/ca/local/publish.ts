/** Certificate revocation lists: made, numbered, and kept where the public fetches them. */
import type { Database, Transaction } from "../../db.ts";
import { buildCrl } from "../../pki/crl.ts";
import { type IssuerId, issuerIds } from "./issuers.ts";
import { inOneGo, type World } from "./world.ts";

const day = 24 * 60 * 60 * 1000;
/** A list promises its successor for seven days ahead, and has it after one: six days may go wrong unnoticed by readers. */
const validFor = 7 * day;

/**
 * Publishes a new list of each issuer whose list is older than `freshFor` (milliseconds; a day) or lacks a revocation, and
 * returns whose. Called by a revocation, by the daily run, and by a reader who finds the list old.
 */
export async function publishStale(
  world: World,
  ids: readonly string[] = issuerIds,
  freshFor = day,
): Promise<readonly string[]> {
  await world.issuers();
  const published: string[] = [];
  for (const id of issuerIds) {
    if (!ids.includes(id) || !(await isStale(world.db, id, world.now(), freshFor))) continue;
    if (await publish(world, id, freshFor)) published.push(id);
  }
  return published;
}

/** Whether the public should be given a newer list. */
export async function isStale(
  db: Database | Transaction,
  id: string,
  now: Date,
  freshFor = day,
): Promise<boolean> {
  const issuer = await db.issuer.findUnique({ where: { id }, select: { crlThisUpdate: true } });
  if (!issuer?.crlThisUpdate || now.getTime() - issuer.crlThisUpdate.getTime() >= freshFor) return true;
  const since = { gt: issuer.crlThisUpdate };
  return (
    (await db.certificate.findFirst({
      where: { issuerId: id, revokedAt: since },
      select: { serial: true },
    })) !== null
  );
}

async function publish(world: World, id: IssuerId, freshFor: number): Promise<boolean> {
  const issuer = (await world.issuers())[id];
  return inOneGo(world, async (tx) => {
    // One list at a time, so that numbers grow; and none while a revocation is being written, which would fall between two lists.
    await tx.$queryRaw`SELECT 1 FROM "Issuer" WHERE "id" = ${id} FOR UPDATE`;
    const thisUpdate = world.now();
    if (!(await isStale(tx, id, thisUpdate, freshFor))) return false;
    const last = await tx.issuer.findUniqueOrThrow({
      where: { id },
      select: { crlNumber: true, crlThisUpdate: true },
    });
    const crlNumber = last.crlNumber + 1;
    const crlNextUpdate = new Date(thisUpdate.getTime() + validFor);
    const crl = await buildCrl(
      {
        issuerName: issuer.name,
        authorityKeyIdentifier: issuer.keyIdentifier,
        number: crlNumber,
        thisUpdate,
        nextUpdate: crlNextUpdate,
        entries: await entriesOf(tx, id, last.crlThisUpdate),
      },
      issuer.signer,
    );
    await tx.issuer.update({
      where: { id },
      data: { crl: Uint8Array.from(crl), crlNumber, crlThisUpdate: thisUpdate, crlNextUpdate },
    });
    return true;
  });
}

/** A revoked certificate stays listed until a list made after its end has named it once more (RFC 5280 §3.3). */
async function entriesOf(tx: Transaction, issuerId: string, lastUpdate: Date | null) {
  const revoked = await tx.certificate.findMany({
    where: { issuerId, revokedAt: { not: null }, ...(lastUpdate && { notAfter: { gte: lastUpdate } }) },
    select: { serial: true, revokedAt: true, revocationReason: true },
    orderBy: [{ revokedAt: "asc" }, { serial: "asc" }],
  });
  return revoked.flatMap(({ serial, revokedAt, revocationReason }) =>
    revokedAt ? [{ serial, at: revokedAt, reason: revocationReason ?? 0 }] : [],
  );
}
