/** Finding the provider that somebody wants to log in at: by the rows, and by asking for its metadata where they come one at a time. */

import { LoginRefusal } from "../refusal.ts";
import type { Federation } from "../world.ts";
import { byMdq, freshen } from "./mdq.ts";
import { isProviderId, providerInForce } from "./providers.ts";
import { type Provider, providerIdOf } from "./read-providers.ts";
import { MetadataRefusal } from "./refusal.ts";

/**
 * The provider of this entityID, if it is in force. Null: the federation knows none such. It may be asked for over the network, so
 * only for a choice that this browser was sent to make.
 */
export async function providerByEntityId(world: Federation, entityId: string): Promise<Provider | null> {
  if (entityId.length > 1024 || !URL.canParse(entityId)) return null;
  await madeFresh(world, entityId);
  return providerInForce(world.db, providerIdOf(entityId), world.now());
}

/** The provider of this id for a login that begins: what is known of it is made fresh first. */
export async function providerForLogin(world: Federation, id: string): Promise<Provider | null> {
  if (byMdq(world) && isProviderId(id)) {
    const row = await world.db.identityProvider.findUnique({ where: { id }, select: { entityId: true } });
    if (row) await madeFresh(world, row.entityId);
  }
  return providerInForce(world.db, id, world.now());
}

async function madeFresh(world: Federation, entityId: string) {
  try {
    if (byMdq(world)) await freshen(world, entityId);
  } catch (cause) {
    if (!(cause instanceof MetadataRefusal)) throw cause;
    throw new LoginRefusal("federation_unavailable", { actual: cause.message });
  }
}
