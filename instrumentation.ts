/** Runs once in each server process, before its first request. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.NEXT_PHASE === "phase-production-build") return;
  const { endWithoutSettings } = await import("./server/env.ts");
  endWithoutSettings();
  const { endWithoutSealing } = await import("./server/sealing.ts");
  await endWithoutSealing();
  const { startWorkflows } = await import("./inngest/start.ts");
  startWorkflows();
  const { prepare } = await import("./server/prepare.ts");
  prepare();
}
