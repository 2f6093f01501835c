/** One look at the federation's whole metadata: fetched, believed, and put in place of what was in force. */
import type { FederationState, Prisma } from "../../generated/prisma/client.ts";
import { demoAggregate } from "../demo/metadata.ts";
import { serviceKeys } from "../service/keys-in-force.ts";
import { type Federation, sourceOf } from "../world.ts";
import type { Believed } from "./document.ts";
import { loadMetadata, type Order } from "./load.ts";
import { pinnedCertificates } from "./pinned.ts";
import { replaceProviders } from "./providers.ts";
import { MetadataRefusal } from "./refusal.ts";

export type State = FederationState;
export type StateInForce = State & { validUntil: Date };

/** What came of a look, and what is known from now on. */
export type Found = {
  outcome: "loaded" | "unchanged";
  providers: number;
  appeared: string[];
  vanished: string[];
  detail: string | null;
  state: Partial<Omit<State, "id">> & { validUntil: Date };
};

/** Grows when more is read out of the same document: what an older reader read is then read again. */
const reading = 1;

/** `known`: what is in force and believed. Throws a MetadataRefusal, before anything was written. */
export async function takeAggregate(
  world: Federation,
  tx: Prisma.TransactionClient,
  known: StateInForce | null,
): Promise<Found> {
  const now = world.now();
  const current = known?.digest?.startsWith(`${reading}:`) ? known : null;
  return loadMetadata(await orderOf(world, current), async (loaded) => {
    if (loaded.status === "same") {
      if (!current)
        throw new MetadataRefusal("unreachable", "asked for everything, told that it is the same");
      return unchanged(tx, current, {});
    }
    const { believed, validators } = loaded;
    const { validUntil, publishedAt, signer } = believed;
    if (believed.providers === 0) throw new MetadataRefusal("no_provider", "no identity provider is in it");
    if (!world.source.demo && known) refuseOlder(known, believed);

    const digest = `${reading}:${believed.digest}`;
    if (digest === current?.digest) return unchanged(tx, current, { ...validators, signer });
    const { appeared, vanished } = await replaceProviders(tx, loaded.rows());
    return {
      outcome: "loaded",
      providers: believed.providers,
      appeared,
      vanished,
      detail:
        believed.leftOut > 0 ? `${believed.leftOut} entities left out: no entityID, or one twice` : null,
      state: {
        ...validators,
        source: sourceOf(world),
        digest,
        validUntil,
        // A moment that is still to come would keep out whatever is made before it: an institution that was taken out would stay.
        publishedAt: publishedAt && publishedAt > now ? now : publishedAt,
        signer,
        loadedAt: now,
      },
    };
  });
}

async function orderOf(world: Federation, current: State | null): Promise<Order> {
  const { source } = world;
  const now = world.now();
  if (source.demo) {
    const signers = await serviceKeys(world, "demo-federation");
    const certificates = signers.map(({ certificate }) => certificate);
    return { certificates, now, document: Buffer.from(await demoAggregate(world), "utf8") };
  }
  const { url, maxDays, silence, largest } = source;
  const certificates = await pinnedCertificates(source.certificates);
  const known = current ? { etag: current.etag, lastModified: current.lastModified } : undefined;
  return {
    certificates,
    now,
    url,
    ...(known && { known }),
    ...(maxDays && { maxDays }),
    ...(silence && { silence }),
    ...(largest && { largest }),
  };
}

async function unchanged(
  tx: Prisma.TransactionClient,
  { validUntil }: StateInForce,
  known: Partial<State>,
): Promise<Found> {
  const providers = await tx.identityProvider.count();
  const state = { ...known, validUntil };
  return { outcome: "unchanged", providers, appeared: [], vanished: [], detail: null, state };
}

/** Whether what is known is of the source that is set, and not over. */
export function inForce(world: Federation, state: State | null): state is StateInForce {
  return state?.source === sourceOf(world) && state.validUntil !== null && state.validUntil > world.now();
}

/**
 * Somebody between us and the source could answer with a copy from before a provider was taken out: it is genuine for days. By the moment
 * at which the federation made it, or, where it does not say, by its end.
 */
function refuseOlder(state: StateInForce, { publishedAt, validUntil }: Believed) {
  const [had, has] =
    state.publishedAt && publishedAt ? [state.publishedAt, publishedAt] : [state.validUntil, validUntil];
  if (has < had)
    throw new MetadataRefusal(
      "older",
      `of ${has.toISOString()}, while what is in force is of ${had.toISOString()}`,
    );
}
