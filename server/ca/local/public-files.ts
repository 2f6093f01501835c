/** What anybody may fetch of the CA: `<issuer>.cer` and `<issuer>.crl`, the addresses that stand in every certificate. */
import { createHash } from "node:crypto";
import { log } from "../../log.ts";
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
};

/** `outdated`: there is no list that is still valid and none can be made now. */
export async function publicFile(world: World, name: string): Promise<PublicFile | "unknown" | "outdated"> {
  const [, id = "", suffix] = /^([a-z0-9-]+)\.(cer|crl)$/.exec(name) ?? [];
  const issuer = (await world.issuers()).byId.get(id);
  if (!issuer) return "unknown";
  if (suffix === "cer")
    return fileOf(issuer.certificate, "application/pkix-cert", issuer.notBefore ?? world.now(), 24 * 60 * 60);
  await refresh(world, id);
  const list = await world.db.revocationList.findUnique({
    where: { issuerId_shard: { issuerId: id, shard: 0 } },
    select: { full: true, thisUpdate: true, nextUpdate: true },
  });
  if (!list || list.nextUpdate <= world.now()) return "outdated";
  // Short, so that a revocation reaches those behind a cache within minutes.
  return fileOf(list.full, "application/pkix-crl", list.thisUpdate, 5 * 60);
}

/** The old list is good while it is valid: that a newer one cannot be made is our trouble, not the reader's. */
async function refresh(world: World, id: string): Promise<void> {
  try {
    if (await isStale(world.db, id, world.now())) await publishStale(world, [id]);
  } catch (error) {
    log.error({ err: error, issuer: id }, "The revocation list could not be renewed.");
  }
}

function fileOf(
  body: Uint8Array<ArrayBuffer>,
  type: PublicFile["type"],
  lastModified: Date,
  maxAge: number,
): PublicFile {
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  return { body, type, etag, lastModified, maxAge };
}
