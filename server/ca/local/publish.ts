/** Certificate revocation lists: made, numbered, and kept where the public fetches them. */
import type { Database, Transaction } from "../../db.ts";
import { buildCrl } from "../../pki/crl.ts";
import type { SigningIssuer } from "./issuers.ts";
import { inOneGo, type World } from "./world.ts";

const day = 24 * 60 * 60 * 1000;
/** A list promises its successor for seven days ahead, and has it after one: six days may go wrong unnoticed by readers. */
const validFor = 7 * day;
/** The list that names all of an issuer's certificates. */
const complete = 0;

/**
 * Publishes a new list of each issuer whose list is older than `freshFor` (milliseconds; a day) or lacks a revocation, and
 * returns whose. Called by a revocation, by the daily run, and by a reader who finds the list old.
 */
export async function publishStale(
  world: World,
  ids?: readonly string[],
  freshFor = day,
): Promise<readonly string[]> {
  const { byId } = await world.issuers();
  const published: string[] = [];
  for (const issuer of byId.values()) {
    const { id, signer } = issuer;
    if (!signer || (ids && !ids.includes(id))) continue;
    if (!(await isStale(world.db, id, world.now(), freshFor))) continue;
    if (await publish(world, { ...issuer, signer }, freshFor)) published.push(id);
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
  const list = await listOf(db, id);
  if (!list || now.getTime() - list.thisUpdate.getTime() >= freshFor) return true;
  const since = { gt: list.thisUpdate };
  return (
    (await db.certificate.findFirst({
      where: { issuerId: id, revokedAt: since },
      select: { serial: true },
    })) !== null
  );
}

function listOf(db: Database | Transaction, issuerId: string) {
  return db.revocationList.findUnique({
    where: { issuerId_shard: { issuerId, shard: complete } },
    select: { number: true, thisUpdate: true },
  });
}

async function publish(world: World, issuer: SigningIssuer, freshFor: number): Promise<boolean> {
  const { id } = issuer;
  return inOneGo(world, async (tx) => {
    // One list at a time, so that numbers grow; and none while a revocation is being written, which would fall between two lists.
    await tx.$queryRaw`SELECT 1 FROM "Issuer" WHERE "id" = ${id} FOR UPDATE`;
    const thisUpdate = world.now();
    if (!(await isStale(tx, id, thisUpdate, freshFor))) return false;
    const last = await listOf(tx, id);
    const number = (last?.number ?? 0) + 1;
    const nextUpdate = new Date(thisUpdate.getTime() + validFor);
    const crl = await buildCrl(
      {
        issuerName: issuer.name,
        authorityKeyIdentifier: issuer.keyIdentifier,
        number,
        thisUpdate,
        nextUpdate,
        entries: await entriesOf(tx, id, last?.thisUpdate ?? null),
      },
      issuer.signer,
    );
    const list = { number, fullNumber: number, full: Uint8Array.from(crl), thisUpdate, nextUpdate };
    await tx.revocationList.upsert({
      where: { issuerId_shard: { issuerId: id, shard: complete } },
      create: { issuerId: id, shard: complete, ...list },
      update: list,
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
