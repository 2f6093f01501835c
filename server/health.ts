/** Whether the portal can do its work now, part by part. For machines: names of parts and reasons, never a secret. */
import type { Database } from "./db.ts";

export type Health = {
  /** Whether people may be sent here. What only waits, mails and workflows that are behind, is told and does not end it. */
  well: boolean;
  parts: Record<"database" | "engine" | "federation" | "ca" | "mail", PartHealth>;
};
export type PartHealth =
  | "ok"
  | "no answer"
  | "no metadata in force"
  | "metadata refused"
  | "keys cannot be used"
  | "no issuing CA yet"
  /** The embedded engine has given no sign for a minute. */
  | "not alive"
  /** The oldest event of the outbox has for ten minutes. */
  | "events wait"
  /** The oldest mail has for a quarter of an hour. */
  | "letters wait"
  /** Of the mails that were settled in the last two days as many were given up as went out. */
  | "letters fail"
  /** Certificates come from elsewhere. */
  | "not used"
  | "unknown";

type World = {
  db: Database;
  now: Date;
  /**
   * Settles when the CA could sign, and throws when it could not. `issues`: whether every kind of certificate has a CA that issues it.
   * Null where the portal has no CA of its own.
   */
  openCa: (() => Promise<{ issues: boolean }>) | null;
  /** Whether Inngest runs the workflows, and not the engine in the portal's processes. */
  hosted: boolean;
  /** Milliseconds until silence counts as no answer. */
  patience?: number;
  /** An attempt before it to read metadata says nothing: the settings may have been put right with the start. */
  since?: Date;
};

/** Of the process: this file may be loaded long after. */
const started = new Date(Date.now() - process.uptime() * 1000);

const minute = 60_000;

export async function examine({
  db,
  now,
  openCa,
  hosted,
  patience = 3000,
  since = started,
}: World): Promise<Health> {
  const silence = new Promise<"no answer">((tell) => setTimeout(tell, patience, "no answer").unref());
  const asked = stateOf(db, new Date(now.getTime() - 2 * 1440 * minute));
  const state = await Promise.race([asked.catch(() => "no answer" as const), silence]);
  if (state === "no answer") {
    const unknown = "unknown" as const;
    return {
      well: false,
      parts: { database: state, engine: unknown, federation: unknown, ca: unknown, mail: unknown },
    };
  }
  const opened = openCa?.().then(
    ({ issues }) => (issues ? ("ok" as const) : ("no issuing CA yet" as const)),
    () => "keys cannot be used" as const,
  );
  const ca = opened ? await Promise.race([opened, silence]) : "not used";
  const federation = federationHealth(state, now, since);
  const engine = engineHealth(state, now, hosted);
  // Before its root's ceremony a portal takes applications, which wait, and publishes: it is to be reached.
  const caIsWell = ca === "ok" || ca === "no issuing CA yet" || ca === "not used";
  return {
    well: federation === "ok" && caIsWell && engine !== "not alive",
    parts: { database: "ok", engine, federation, ca, mail: mailHealth(state, now) },
  };
}

type State = {
  validUntil: Date | null;
  failure: string | null;
  triedAt: Date | null;
  engineSeenAt: Date | null;
  /** Of the oldest event and mail that have yet to go. */
  eventAt: Date | null;
  letterAt: Date | null;
  sent: number;
  failed: number;
};

/** One question, each part of it by an index. `lately`: since when settled mails count. */
async function stateOf(db: Database, lately: Date): Promise<State> {
  const [state] = await db.$queryRaw<State[]>`
    SELECT f."validUntil", f.failure, f."triedAt",
      (SELECT max("seenAt") FROM "EngineVersion") AS "engineSeenAt",
      (SELECT min("createdAt") FROM "OutboxEvent" WHERE "sentAt" IS NULL) AS "eventAt",
      (SELECT min("createdAt") FROM "Letter" WHERE status = 'waiting') AS "letterAt",
      (SELECT count(*)::int FROM "Letter" WHERE status = 'sent' AND "createdAt" > ${lately}) AS sent,
      (SELECT count(*)::int FROM "Letter" WHERE status = 'failed' AND "createdAt" > ${lately}) AS failed
    FROM (SELECT 1) one LEFT JOIN "FederationState" f ON f.id = 'current'`;
  if (!state) throw new Error("the database answered without a row");
  return state;
}

function federationHealth({ validUntil, failure, triedAt }: State, now: Date, since: Date): PartHealth {
  if (validUntil && validUntil > now) return "ok";
  const refused = failure !== null && triedAt !== null && triedAt >= since;
  return refused ? "metadata refused" : "no metadata in force";
}

function engineHealth({ engineSeenAt, eventAt }: State, now: Date, hosted: boolean): PartHealth {
  if (!hosted && (!engineSeenAt || isOlder(engineSeenAt, now, minute))) return "not alive";
  return isOlder(eventAt, now, 10 * minute) ? "events wait" : "ok";
}

function mailHealth({ letterAt, sent, failed }: State, now: Date): PartHealth {
  if (failed > 0 && failed >= sent) return "letters fail";
  return isOlder(letterAt, now, 15 * minute) ? "letters wait" : "ok";
}

function isOlder(at: Date | null, now: Date, ms: number): boolean {
  return at !== null && now.getTime() - at.getTime() > ms;
}
