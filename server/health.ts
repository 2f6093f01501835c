/** Whether the portal can do its work now, part by part. For machines: names of parts, never a secret. */
import type { Database } from "./db.ts";

export type Health = { well: boolean; parts: { database: PartHealth; federation: PartHealth } };
export type PartHealth = "ok" | "no answer" | "no metadata in force" | "unknown";

/** `patience`: milliseconds until silence of the database counts as no answer. */
export async function examine(db: Database, now: Date, patience = 3000): Promise<Health> {
  const silence = new Promise<"silence">((tell) => setTimeout(tell, patience, "silence").unref());
  const asked = db.federationState.findUnique({ where: { id: "current" }, select: { validUntil: true } });
  const state = await Promise.race([asked.catch(() => "silence" as const), silence]);
  if (state === "silence") return { well: false, parts: { database: "no answer", federation: "unknown" } };
  const inForce = state?.validUntil != null && state.validUntil > now;
  return { well: inForce, parts: { database: "ok", federation: inForce ? "ok" : "no metadata in force" } };
}
