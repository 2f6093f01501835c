/** What anybody may fetch of the CA: certificates, lists and deltas, at the addresses that stand in every certificate. */
import { log } from "../../log.ts";
import { readFull } from "./publication/store.ts";
import { isStale, publishStale } from "./publish.ts";
import type { World } from "./world.ts";

export type PublicFile = {
  body: Uint8Array<ArrayBuffer>;
  /** Media type (RFC 2585 §3). */
  type: "application/pkix-cert" | "application/pkix-crl";
  etag: string;
  lastModified: Date;
  /** Seconds for which it may be kept without asking again. */
  maxAge: number;
  /** Seconds for which a cache that cannot reach us may go on giving it: until the list itself says that it has ended. */
  staleIfError: number;
};

const day = 24 * 60 * 60;
/** A revocation reaches those behind a cache within minutes. */
const maxAge = { full: 5 * 60, delta: 60 };

/** `outdated`: there is no list that is still valid and none can be made now. */
export async function publicFile(world: World, name: string): Promise<PublicFile | "unknown" | "outdated"> {
  const [, id = "", number, delta, suffix] =
    /^([a-z0-9-]+?)(?:\.([1-9]\d{0,5}))?(\.delta)?\.(cer|crl)$/.exec(name) ?? [];
  const issuer = (await world.issuers()).byId.get(id);
  if (!issuer) return "unknown";
  if (suffix === "cer") {
    if (number || delta) return "unknown";
    const lastModified = issuer.notBefore ?? world.now();
    const etag = `"${Buffer.from(issuer.keyIdentifier).toString("hex")}"`;
    const { certificate: body } = issuer;
    return { body, type: "application/pkix-cert", etag, lastModified, maxAge: day, staleIfError: 30 * day };
  }
  const shard = Number(number ?? 0);
  if (issuer.signer) await refresh(world, id, shard);
  return listFile(world, { issuerId: id, shard, part: delta ? "delta" : "full" });
}

type Wanted = { issuerId: string; shard: number; part: "full" | "delta" };

async function listFile(world: World, wanted: Wanted): Promise<PublicFile | "unknown" | "outdated"> {
  const { issuerId, shard, part } = wanted;
  const [list] = await world.db.$queryRaw<ListHead[]>`
    SELECT "fullNumber", length("full") AS "size", "thisUpdate", "nextUpdate", "deltaThisUpdate", "deltaNextUpdate"
    FROM "RevocationList" WHERE "issuerId" = ${issuerId} AND "shard" = ${shard}`;
  if (!list) return shard === 0 && part === "full" ? "outdated" : "unknown";
  const thisUpdate = part === "full" ? list.thisUpdate : list.deltaThisUpdate;
  const nextUpdate = part === "full" ? list.nextUpdate : list.deltaNextUpdate;
  if (!thisUpdate || !nextUpdate) return "unknown";
  const left = Math.floor((nextUpdate.getTime() - world.now().getTime()) / 1000);
  if (left <= 0) return "outdated";
  // A time is a list's own, as its number is: no two of one name have the same.
  const version = `${issuerId}.${shard}.${part}-${thisUpdate.getTime().toString(36)}`;
  const body = await octetsOf(world, wanted, list, version);
  // It was replaced this moment.
  if (!body) return listFile(world, wanted);
  return {
    body,
    type: "application/pkix-crl",
    etag: `"${version}"`,
    lastModified: thisUpdate,
    maxAge: Math.min(maxAge[part], left),
    staleIfError: left,
  };
}

type ListHead = {
  fullNumber: number;
  size: number;
  thisUpdate: Date;
  nextUpdate: Date;
  deltaThisUpdate: Date | null;
  deltaNextUpdate: Date | null;
};

/** Read from the database once a process; many who ask at the same time wait for one reading. */
async function octetsOf(
  world: World,
  { issuerId, shard, part }: Wanted,
  { fullNumber: number, size, deltaThisUpdate }: ListHead,
  version: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { files, turns } = world.publication;
  const known = files.get(version);
  if (known) return known;
  return turns(`read/${version}`, async () => {
    const there = files.get(version);
    if (there) return there;
    const octets =
      part === "full"
        ? await readFull(world.db, { issuerId, shard, number, size })
        : ((
            await world.db.revocationList.findFirst({
              where: { issuerId, shard, deltaThisUpdate },
              select: { delta: true },
            })
          )?.delta ?? null);
    if (octets) files.set(version, octets);
    return octets;
  });
}

/** The old list is good while it is valid: that a newer one cannot be made is our trouble, not the reader's. */
async function refresh(world: World, id: string, shard: number): Promise<void> {
  try {
    if (await isStale(world, id, shard)) await publishStale(world, { ids: [id], shards: [shard] });
  } catch (error) {
    log.error({ err: error, issuer: id }, "The revocation list could not be renewed.");
  }
}
