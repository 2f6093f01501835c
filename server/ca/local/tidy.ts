/** What is no longer to be read is taken out of the database. Readers do not wait for it: to them it is gone on time. */
import { pinsEndBefore } from "./standing.ts";
import type { World } from "./world.ts";

/** Returns how many .p12 and how many PINs went. A ticket that somebody is at work on is left for the next time. */
export async function tidy(world: World): Promise<{ packages: number; pins: number }> {
  const now = world.now();
  const packages = await world.db.$executeRaw`
    UPDATE "Ticket" SET "sealedPackage" = NULL WHERE "orderId" IN (
      SELECT "orderId" FROM "Ticket" WHERE "packageUntil" <= ${now} AND "sealedPackage" IS NOT NULL
      FOR UPDATE SKIP LOCKED)`;
  const pins = await world.db.$executeRaw`
    UPDATE "Ticket" SET nonce = NULL, kept = NULL WHERE "orderId" IN (
      SELECT "orderId" FROM "Ticket" WHERE nonce IS NOT NULL AND "expiresAt" <= ${now}
        AND ("collectedAt" IS NULL OR "collectedAt" <= ${pinsEndBefore(now)})
      FOR UPDATE SKIP LOCKED)`;
  return { packages, pins };
}
