/** Whether the portal can do its work now, part by part. For machines: names of parts, never a secret. */
import type { Database } from "./db.ts";

export type Health = {
  well: boolean;
  parts: { database: PartHealth; federation: PartHealth; ca: PartHealth };
};
export type PartHealth =
  | "ok"
  | "no answer"
  | "no metadata in force"
  | "metadata refused"
  | "keys cannot be used"
  | "no issuing CA yet"
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
  /** Milliseconds until silence counts as no answer. */
  patience?: number;
  /** An attempt before it to read metadata says nothing: the settings may have been put right with the start. */
  since?: Date;
};

/** Of the process: this file may be loaded long after. */
const started = new Date(Date.now() - process.uptime() * 1000);

export async function examine({ db, now, openCa, patience = 3000, since = started }: World): Promise<Health> {
  const silence = new Promise<"no answer">((tell) => setTimeout(tell, patience, "no answer").unref());
  const select = { validUntil: true, failure: true, triedAt: true };
  const asked = db.federationState.findUnique({ where: { id: "current" }, select });
  const state = await Promise.race([asked.catch(() => "no answer" as const), silence]);
  if (state === "no answer") {
    return { well: false, parts: { database: state, federation: "unknown", ca: "unknown" } };
  }
  const opened = openCa?.().then(
    ({ issues }) => (issues ? ("ok" as const) : ("no issuing CA yet" as const)),
    () => "keys cannot be used" as const,
  );
  const ca = opened ? await Promise.race([opened, silence]) : "not used";
  const federation = federationHealth(state, now, since);
  // Before its root's ceremony a portal takes applications, which wait, and publishes: it is to be reached.
  const caIsWell = ca === "ok" || ca === "no issuing CA yet" || ca === "not used";
  return { well: federation === "ok" && caIsWell, parts: { database: "ok", federation, ca } };
}

type State = { validUntil: Date | null; failure: string | null; triedAt: Date | null };

function federationHealth(state: State | null, now: Date, since: Date): PartHealth {
  if (state?.validUntil && state.validUntil > now) return "ok";
  const refused = state?.failure != null && state.triedAt !== null && state.triedAt >= since;
  return refused ? "metadata refused" : "no metadata in force";
}
