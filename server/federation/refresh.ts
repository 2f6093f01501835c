/** Keeps the metadata in force: fetched, verified, read, and put in place as a whole; the last good copy stays when that fails. */
import { createHash } from "node:crypto";
import { log } from "../log.ts";
import { demoAggregate } from "./demo/metadata.ts";
import { verifyAggregate } from "./metadata.ts";
import { replaceProviders } from "./providers.ts";
import { readProviders } from "./read-providers.ts";
import { serviceKeys } from "./service-keys.ts";
import { fetchMetadata, pinnedCertificates } from "./source.ts";
import type { Federation } from "./world.ts";

export const currentState = "current";

const hour = 60 * 60 * 1000;
/** GakuNin asks for a look at most every two hours. */
const refreshAfter = 2 * hour;
/** A source that failed is not asked again at every login. */
const retryAfter = hour / 12;

/** Reads the metadata anew. Throws a MetadataRefusal after noting why, with what was in force untouched. */
export async function refreshFederation(world: Federation): Promise<{ providers: number; validUntil: Date }> {
  const triedAt = world.now();
  const source = sourceOf(world);
  try {
    const { text, certificates } = await load(world);
    const { signed, validUntil } = verifyAggregate(text, { certificates, now: triedAt });
    const providers = readProviders(signed, validUntil);
    const state = {
      source,
      digest: createHash("sha256").update(text, "utf8").digest("hex"),
      validUntil,
      loadedAt: triedAt,
      triedAt,
      failure: null,
    };
    await world.db.$transaction(
      async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${0x6d65_7461}::bigint)`;
        await replaceProviders(tx, providers);
        await tx.federationState.upsert({
          where: { id: currentState },
          create: { id: currentState, ...state },
          update: state,
        });
      },
      { timeout: 60_000 },
    );
    log.info({ source, providers: providers.length, validUntil }, "The federation's metadata is in force");
    return { providers: providers.length, validUntil };
  } catch (cause) {
    const failure = cause instanceof Error ? cause.message : String(cause);
    await world.db.federationState.upsert({
      where: { id: currentState },
      create: { id: currentState, triedAt, failure },
      update: { triedAt, failure },
    });
    log.warn(
      { source, failure },
      "The federation's metadata could not be refreshed; what was in force stays",
    );
    throw cause;
  }
}

const kept = globalThis as { portalFederation?: Promise<unknown> };

/**
 * Sees to it that metadata is in force, and says whether it is. A refresh that is only due runs behind the request;
 * one that is needed is waited for. `anew`: whatever failed lately, for what was wrong may have been put right.
 */
export async function federationReady(world: Federation, { anew = false } = {}): Promise<boolean> {
  const now = world.now().getTime();
  const state = await world.db.federationState.findUnique({ where: { id: currentState } });
  const inForce = (state?.validUntil?.getTime() ?? 0) > now;
  const source = sourceOf(world);
  const other = state?.source !== source;
  const due = other || !inForce || now - (state?.loadedAt?.getTime() ?? 0) > refreshAfter;
  const lately = !anew && state?.failure && now - (state.triedAt?.getTime() ?? 0) < retryAfter;
  if (!due || lately) return inForce && !other;

  kept.portalFederation ??= refreshFederation(world).finally(() => {
    kept.portalFederation = undefined;
  });
  const refreshed = kept.portalFederation.then(
    () => true,
    () => inForce && !other,
  );
  return inForce && !other ? true : refreshed;
}

/** The demo's metadata name the portal's own address, so another address is another source. */
function sourceOf({ source, baseUrl }: Federation): string {
  return source.demo ? `demo at ${baseUrl}` : source.url;
}

async function load(world: Federation): Promise<{ text: string; certificates: string[] }> {
  if (!world.source.demo)
    return {
      text: await fetchMetadata(world.source.url),
      certificates: await pinnedCertificates(world.source.certificates),
    };
  const signers = await serviceKeys(world, "demo-federation");
  return { text: await demoAggregate(world), certificates: signers.map(({ certificate }) => certificate) };
}
