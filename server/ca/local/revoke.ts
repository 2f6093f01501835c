/** Certificates are made invalid, and what is still open of their orders is closed. */
import type { Transaction } from "../../db.ts";
import { encodeEntry } from "../../pki/crl.ts";
import type { CaRevocation, RevocationReason } from "../../ports.ts";
import { type Status, statusOf } from "./publication/statuses.ts";
import { publishStale } from "./publish.ts";
import { withoutSecrets } from "./ticket-secrets.ts";
import { inOneGo, lockTicketsOf, type World } from "./world.ts";

/** CRLReason (RFC 5280 §5.3.1). */
export const reasonCodes: Record<RevocationReason, number> = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
};

/**
 * Tells `revoked` in the transaction that revokes. The new lists follow in one of their own: a revocation stands even when its
 * publication fails, and asked for again it publishes what is still missing.
 */
export async function revoke(world: World, request: CaRevocation): Promise<void> {
  const orderId = { in: [...request.orderIds] };
  const revoked = await inOneGo(world, async (tx) => {
    // Tickets first: a download under way either ends before, and its certificate is found below, or finds its ticket closed.
    await lockTicketsOf(tx, request.orderIds);
    const now = world.now();
    await tx.ticket.updateMany({ where: { orderId, closedAt: null }, data: { closedAt: now } });
    await tx.ticket.updateMany({ where: { orderId, collectedAt: null }, data: withoutSecrets });
    await tx.ticket.updateMany({ where: { orderId }, data: { sealedPackage: null } });

    const certificates = await tx.certificate.findMany({ where: { orderId } });
    const issuerIds = [...new Set(certificates.map((certificate) => certificate.issuerId))].sort();
    const revokedAt = await afterTheirLists(tx, issuerIds, now);
    const reason = reasonCodes[request.reason];
    for (const { serial, revokedAt: before } of certificates) {
      if (before) continue;
      const crlEntry = encodeEntry({ serial, at: revokedAt, reason });
      await tx.certificate.updateMany({
        where: { serial, revokedAt: null },
        data: { revokedAt, revocationReason: reason, crlEntry },
      });
    }
    const first = certificates
      .map((certificate) => certificate.revokedAt ?? revokedAt)
      .sort((a, b) => +a - +b)[0];
    const { enrollmentId } = request;
    await world.tell(tx, [{ type: "revoked", enrollmentId, at: first ?? revokedAt }]);
    return { issuerIds, certificates: await tx.certificate.findMany({ where: { orderId } }) };
  });
  const statuses: Status[] = revoked.certificates.map(statusOf);
  world.publication.statuses.revoked(statuses);
  const shards = [0, ...revoked.certificates.map(({ shard }) => shard)];
  await publishStale(world, { ids: revoked.issuerIds, shards });
}

/**
 * Waits for a list that is being made, keeps the next one waiting, and gives a time later than the last one's: so a list lacks just those
 * revocations that are later than itself, whatever the clocks of two machines say.
 */
async function afterTheirLists(tx: Transaction, issuerIds: readonly string[], now: Date): Promise<Date> {
  for (const id of issuerIds) await tx.$queryRaw`SELECT 1 FROM "Issuer" WHERE "id" = ${id} FOR SHARE`;
  const lists = await tx.revocationList.findMany({
    where: { issuerId: { in: [...issuerIds] } },
    select: { thisUpdate: true, horizon: true },
  });
  const spokenFor = lists.map(({ thisUpdate, horizon }) => Math.max(+thisUpdate, +(horizon ?? 0)));
  return new Date(Math.max(now.getTime(), ...spokenFor.map((time) => time + 1)));
}
