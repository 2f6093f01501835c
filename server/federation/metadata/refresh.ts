/**
 * Keeps the metadata in force: when they are looked at, and what stays when that fails. A look is one transaction under one lock, so
 * however many processes there are, one of them looks and the others find what it found.
 */
import type { Prisma } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import { type Federation, sourceOf } from "../world.ts";
import { type Found, inForce, type State, type StateInForce, takeAggregate } from "./aggregate.ts";
import { byMdq, freshenThoseInUse, lookAtMdq } from "./mdq.ts";
import { pinnedCertificates } from "./pinned.ts";
import { MetadataRefusal } from "./refusal.ts";
import { fingerprintOf } from "./root-signature.ts";

export const currentState = "current";

const minute = 60_000;
/** GakuNin asks for a look at most every two hours. */
const refreshAfter = 120 * minute;
/** A source that failed is not asked again at every login; sooner while nobody can log in. */
const retryAfter = 30 * minute;
const retryInNeed = 5 * minute;
const lock = 0x6d65_7461;
/** Of a whole look: downloading, reading, writing. */
const patience = { maxWait: 5 * minute, timeout: 20 * minute };

export type Refreshed = Pick<Found, "outcome" | "providers"> & { validUntil: Date };

/** Looks now, whenever the last look was. Throws a MetadataRefusal after noting why, with what was in force untouched. */
export async function refreshFederation(world: Federation): Promise<Refreshed> {
  const refreshed = await look(world, { wait: true, due: () => true });
  if (!refreshed) throw new Error("a look that was due was not taken");
  return refreshed;
}

/** For whoever comes by regularly: looks when it is time and no other process does. What is refused has been noted. */
export async function refreshWhenDue(world: Federation): Promise<void> {
  if (byMdq(world)) await freshenThoseInUse(world);
  await look(world, { wait: false, due: ({ due }) => due }).catch((cause) => {
    if (!(cause instanceof MetadataRefusal)) throw cause;
  });
}

const kept = globalThis as { portalFederation?: Promise<unknown> };

/**
 * Sees to it that metadata is in force, and says whether it is. A refresh that is only due runs behind the request;
 * one that is needed is waited for. `anew`: whatever failed lately, for what was wrong may have been put right.
 */
export async function federationReady(world: Federation, { anew = false } = {}): Promise<boolean> {
  const { believed, due } = await standingOf(world, anew);
  if (!due) return believed !== null;

  kept.portalFederation ??= look(world, { wait: !believed, anew, due: (standing) => standing.due }).finally(
    () => {
      kept.portalFederation = undefined;
    },
  );
  const looked = kept.portalFederation.catch(() => {});
  if (believed) return true;
  await looked;
  return (await standingOf(world)).believed !== null;
}

/** `believed`: by what people may log in, if by anything. `due`: it is time for a look. */
type Standing = { believed: StateInForce | null; due: boolean };

async function standingOf(world: Federation, anew = false): Promise<Standing> {
  const state = await world.db.federationState.findUnique({ where: { id: currentState } });
  return judge(world, state, anew);
}

async function judge(world: Federation, state: State | null, anew: boolean): Promise<Standing> {
  const believed = inForce(world, state) && (await stillPinned(world, state)) ? state : null;
  if (!state?.triedAt) return { believed, due: true };
  const since = world.now().getTime() - state.triedAt.getTime();
  if (state.failure !== null) return { believed, due: anew || since > (believed ? retryAfter : retryInNeed) };
  return { believed, due: !believed || since > refreshAfter };
}

/** A signer who was taken out of the settings is not believed any more, whatever it signed before. */
async function stillPinned({ source }: Federation, { signer }: State): Promise<boolean> {
  if (source.demo || signer === null) return true;
  const pinned = await pinnedCertificates(source.certificates).catch(() => []);
  return pinned.some((certificate) => fingerprintOf(certificate) === signer);
}

type Looking = { wait: boolean; anew?: boolean; due: (standing: Standing) => boolean };

/** Null when another process looks, or has looked while this one waited. */
async function look(world: Federation, { wait, anew = false, due }: Looking): Promise<Refreshed | null> {
  const begun = performance.now();
  const triedAt = world.now();
  const source = sourceOf(world);
  const took = () => Math.round(performance.now() - begun);

  const note = async (tx: Prisma.TransactionClient, { code, found, message }: MetadataRefusal) => {
    const failed = { triedAt, failure: message };
    await tx.federationState.upsert({
      where: { id: currentState },
      create: { id: currentState, ...failed },
      update: failed,
    });
    await tx.federationRefresh.create({
      data: { at: triedAt, source, outcome: code, detail: found, took: took() },
    });
  };
  const attempt = async (tx: Prisma.TransactionClient) => {
    if (wait) await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lock}::bigint)`;
    else {
      const [free] = await tx.$queryRaw<
        { free: boolean }[]
      >`SELECT pg_try_advisory_xact_lock(${lock}::bigint) AS free`;
      if (!free?.free) return null;
    }
    const state = await tx.federationState.findUnique({ where: { id: currentState } });
    const standing = await judge(world, state, anew);
    if (!due(standing)) return null;
    try {
      const found = byMdq(world)
        ? await lookAtMdq(world, tx, state)
        : await takeAggregate(world, tx, standing.believed);
      const known = { ...found.state, triedAt, failure: null };
      await tx.federationState.upsert({
        where: { id: currentState },
        create: { id: currentState, ...known },
        update: known,
      });
      const { outcome, detail, providers, appeared, vanished } = found;
      await tx.federationRefresh.create({
        data: { at: triedAt, source, outcome, detail, providers, appeared, vanished, took: took() },
      });
      return found;
    } catch (cause) {
      // Nothing has been written: what was in force stays, and why is written down in the same transaction.
      if (!(cause instanceof MetadataRefusal)) throw cause;
      await note(tx, cause);
      return cause;
    }
  };
  const outcome = await world.db.$transaction(attempt, patience).catch(async (cause) => {
    // What was written is taken back, so this is all that is known of the look.
    log.error({ err: cause, source }, "The federation's metadata could not be written");
    const refusal = new MetadataRefusal("interrupted", "they could not be written to the database", cause);
    await note(world.db, refusal);
    return refusal;
  });

  if (outcome instanceof MetadataRefusal) {
    const failure = outcome.message;
    log.warn(
      { source, failure },
      "The federation's metadata could not be refreshed; what was in force stays",
    );
    throw outcome;
  }
  if (!outcome) return null;
  const { providers, state } = outcome;
  const { validUntil } = state;
  log.info(
    { source, outcome: outcome.outcome, providers, validUntil, took: took() },
    "The federation's metadata is in force",
  );
  return { outcome: outcome.outcome, providers, validUntil };
}
