/**
 * Whether certificates are revoked, held in memory. What is asked for the first time is looked up in the database, together with whatever
 * else is asked for meanwhile; that something was revoked by another process is seen a second later at most.
 */
import type { Database } from "../../../db.ts";
import { log } from "../../../log.ts";
import { recent } from "./recent.ts";

/** The same object as long as nothing changes. */
export type Status = {
  readonly serial: string;
  readonly issuerId: string;
  readonly revoked: { readonly at: Date; readonly reason: number } | null;
};

export type Statuses = {
  /** Settles once it is known what other processes revoked; null when it is. @throws while the database has been silent for long */
  upToDate: () => Promise<void> | null;
  /** What is known without asking. */
  peek: (serial: string) => Status | undefined;
  /** Null for a serial that nobody has; no promise where the database need not be asked. */
  of: (serial: string) => Status | null | Promise<Status | null>;
  /** These are revoked, as of a change that is committed. */
  revoked: (certificates: readonly Status[]) => void;
};

/** Milliseconds. */
const lookEvery = 1000;
/** A revocation becomes visible some time after its date: a transaction takes seconds at most, and clocks of machines differ. */
const overlap = 120_000;
/** As long as caches in between keep a good answer: a database that is away for less does no harm. */
const patience = 5 * 60_000;
/** More revocations than that at a time, and all is asked for anew. */
const mostAtATime = 5000;
const mostInMemory = 100_000;
const mostWaiting = 10_000;
const batch = 1000;

export class Busy extends Error {}

type Parts = { db: Database; now: () => Date; issuerIds: () => Promise<readonly string[]> };

export function statusesOf({ db, now, issuerIds }: Parts): Statuses {
  const known = recent<Status>(mostInMemory);
  const waiting = new Map<string, { promise: Promise<Status | null>; tell: Teller }>();
  let asking: ReadonlySet<string> = new Set();
  let isAsking = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** The time of the last look that succeeded: whatever was revoked since is still to be seen, also after a night without a question. */
  let seenUntil: number | null = null;
  let looking: Promise<void> | null = null;

  function keep(status: Status): Status {
    const before = known.get(status.serial);
    // What was told meanwhile is newer than what was read.
    if (before && (before.revoked || !status.revoked)) return before;
    known.set(status.serial, status);
    return status;
  }

  async function look(): Promise<void> {
    const began = performance.now();
    const present = now().getTime();
    const since = new Date(Math.min(present, seenUntil ?? present) - overlap);
    const rows = await db.certificate.findMany({
      where: { issuerId: { in: [...(await issuerIds())] }, revokedAt: { gt: since } },
      select,
      take: mostAtATime,
    });
    if (rows.length === mostAtATime) known.clear();
    for (const row of rows) if (known.has(row.serial) || asking.has(row.serial)) keep(statusOf(row));
    lookedAt = began;
    seenUntil = present;
  }

  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    while (waiting.size > 0) {
      const asked = [...waiting.entries()].slice(0, batch);
      for (const [serial] of asked) waiting.delete(serial);
      asking = new Set(asked.map(([serial]) => serial));
      try {
        const rows = await db.certificate.findMany({ where: { serial: { in: [...asking] } }, select });
        const found = new Map(rows.map((row) => [row.serial, keep(statusOf(row))]));
        for (const [serial, { tell }] of asked) tell.resolve(found.get(serial) ?? null);
      } catch (error) {
        for (const [, { tell }] of asked) tell.reject(error);
      }
    }
    asking = new Set();
    isAsking = false;
  }

  return {
    upToDate() {
      const age = performance.now() - lookedAt;
      if (age < lookEvery) return null;
      looking ??= look().finally(() => {
        looking = null;
      });
      return looking.catch((err) => {
        if (performance.now() - lookedAt > patience) throw err;
        log.warn(
          { err },
          "Whether other processes revoked something could not be seen; what is known serves.",
        );
      });
    },
    peek: known.peek,
    of(serial) {
      const status = known.get(serial);
      if (status) return status;
      if (!isOurs.test(serial)) return null;
      const already = waiting.get(serial);
      if (already) return already.promise;
      if (waiting.size >= mostWaiting)
        return Promise.reject(new Busy("Too many certificates are asked for."));
      const { promise, ...tell } = Promise.withResolvers<Status | null>();
      waiting.set(serial, { promise, tell });
      // What else comes in this turn of the loop is asked together.
      setImmediate(() => void ask());
      return promise;
    },
    revoked(certificates) {
      for (const status of certificates) known.set(status.serial, status);
    },
  };
}

type Teller = { resolve: (status: Status | null) => void; reject: (error: unknown) => void };

/** Every serial of ours has 16 octets (`newSerial`). */
const isOurs = /^[0-9a-f]{32}$/;

const select = { serial: true, issuerId: true, revokedAt: true, revocationReason: true } as const;

type Row = { serial: string; issuerId: string; revokedAt: Date | null; revocationReason: number | null };

export function statusOf({ serial, issuerId, revokedAt, revocationReason }: Row): Status {
  return { serial, issuerId, revoked: revokedAt && { at: revokedAt, reason: revocationReason ?? 0 } };
}
