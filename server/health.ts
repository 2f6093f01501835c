/** Whether the portal can do its work now, part by part. For machines: names of parts, never a secret. */
import type { Database } from "./db.ts";

export type Health = { well: boolean; parts: { database: PartHealth; federation: PartHealth } };
export type PartHealth = "ok" | "no answer" | "no metadata in force" | "metadata refused" | "unknown";

/** Of the process: this file may be loaded long after. */
const started = new Date(Date.now() - process.uptime() * 1000);

/**
 * `patience`: milliseconds until silence of the database counts as no answer. `since`: an attempt before it to read metadata
 * says nothing, for the settings may have been put right with the start.
 */
export async function examine(
  db: Database,
  now: Date,
  { patience = 3000, since = started } = {},
): Promise<Health> {
  const silence = new Promise<"silence">((tell) => setTimeout(tell, patience, "silence").unref());
  const select = { validUntil: true, failure: true, triedAt: true };
  const asked = db.federationState.findUnique({ where: { id: "current" }, select });
  const state = await Promise.race([asked.catch(() => "silence" as const), silence]);
  if (state === "silence") return { well: false, parts: { database: "no answer", federation: "unknown" } };
  const inForce = state?.validUntil != null && state.validUntil > now;
  if (inForce) return { well: true, parts: { database: "ok", federation: "ok" } };
  const refused = state?.failure != null && state.triedAt !== null && state.triedAt >= since;
  return {
    well: false,
    parts: { database: "ok", federation: refused ? "metadata refused" : "no metadata in force" },
  };
}
