/** What is no longer to be read is taken out of the database. Readers do not wait for it: to them it is gone on time. */
import { pinsEndBefore } from "./standing.ts";
import { withoutSecrets } from "./ticket-secrets.ts";
import type { World } from "./world.ts";

/** Returns how many .p12 and how many PINs went. */
export async function tidy(world: World): Promise<{ packages: number; pins: number }> {
  const now = world.now();
  const packages = await world.db.ticket.updateMany({
    where: { packageUntil: { lte: now }, sealedPackage: { not: null } },
    data: { sealedPackage: null },
  });
  const pins = await world.db.ticket.updateMany({
    where: {
      nonce: { not: null },
      expiresAt: { lte: now },
      OR: [{ collectedAt: null }, { collectedAt: { lte: pinsEndBefore(now) } }],
    },
    data: withoutSecrets,
  });
  return { packages: packages.count, pins: pins.count };
}
