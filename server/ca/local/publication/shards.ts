/**
 * Revocation lists that stay small, however many certificates there are: when the list that new certificates name has enough of them,
 * the next ones name another (RFC 5280 §4.2.1.13). The first such list is the complete one, `<issuer>.crl`; then come `<issuer>.1.crl`,
 * `<issuer>.2.crl`. The complete list goes on naming all, for certificates of before and for servers that are set up with it.
 */
import { log } from "../../../log.ts";
import { inOneGo, type World } from "../world.ts";
import { publishList } from "./lists.ts";
import { day } from "./rule.ts";

/** Certificates in force that name one list: its entries stay below a megabyte whatever happens. */
export const enough = 20_000;

/** Opens the next list of each issuer whose open one has enough, and returns whose. A list is there before the first certificate names it. */
export async function openNextShards(world: World): Promise<readonly string[]> {
  const opened: string[] = [];
  for (const issuer of (await world.issuers()).byId.values()) {
    const { id, kind, signer } = issuer;
    if (kind === "root" || !signer) continue;
    const next = await nextOf(world, id);
    if (next === null) continue;
    await publishList(world, { ...issuer, signer }, next, { freshFor: day, catchUp: false });
    await inOneGo(world, (tx) =>
      tx.issuer.updateMany({ where: { id, openShard: next - 1 }, data: { openShard: next } }),
    );
    log.info({ issuer: id, shard: next }, "New certificates name the next revocation list.");
    opened.push(id);
  }
  // This process knows at once, the others within a minute; a certificate of theirs until then names the list before, and is on it.
  if (opened.length > 0) await world.issuers("again");
  return opened;
}

async function nextOf({ db, now, publication }: World, id: string): Promise<number | null> {
  const most = publication.limits.certificatesOfShard ?? enough;
  const { openShard } = await db.issuer.findUniqueOrThrow({ where: { id }, select: { openShard: true } });
  const [row] = await db.$queryRaw<{ full: boolean }[]>`
    SELECT count(*) >= ${most} AS "full" FROM (
      SELECT 1 FROM "Certificate"
      WHERE "issuerId" = ${id} AND "shard" = ${openShard} AND "notAfter" > ${now()} LIMIT ${most}::int) AS "living"`;
  return row?.full ? openShard + 1 : null;
}
