/** Which page of STEP2 a ticket leads to: by where its key was made, or else by what the institution allows, the browser before all. */
import type { IssuingView } from "@/server/ca/local/views.ts";
import type { KeyOrigin } from "@/server/ports.ts";

export type Step2 = Extract<IssuingView, { state: "download" | "collected" }>;

export function wayOf(seen: Step2): KeyOrigin {
  if (seen.state === "collected") return seen.keyOrigin;
  return (["browser", "server", "upload"] as const).find((way) => seen.keyOrigins.includes(way)) ?? "server";
}

/** Whether the key may be made there, now. */
export function mayBeMadeBy(origin: KeyOrigin, seen: Step2): boolean {
  return seen.state === "download" && seen.keyOrigins.includes(origin);
}
