/** Runs once in each server process, before its first request. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.NEXT_PHASE === "phase-production-build") return;
  const { endWithoutSettings } = await import("./server/env.ts");
  endWithoutSettings();
  const { endWithoutSealing } = await import("./server/sealing.ts");
  await endWithoutSealing();
  await startTracing();
  const { startWorkflows } = await import("./inngest/start.ts");
  startWorkflows();
  const { prepare } = await import("./server/prepare.ts");
  prepare();
}

/** What traces are made with is loaded only where they are wanted. */
async function startTracing(): Promise<void> {
  const { env } = await import("./server/env.ts");
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = env();
  if (endpoint) (await import("./server/tracing/start.ts")).startTracing({ endpoint });
}
