/**
 * The one embedded engine of a process. It hangs on globalThis because Next.js loads a module once for
 * instrumentation and again for the routes.
 */
import { createEngine, type Engine, type EngineOptions } from "./engine.ts";
import type { Handler } from "./protocol.ts";

const kept = globalThis as { portalEngine?: Engine };

/** What the client reaches the engine by. */
export const embeddedFetch: typeof fetch = async (input, init) => {
  if (kept.portalEngine) return kept.portalEngine.fetch(input, init);
  return Response.json({ error: "no engine runs in this process", status: 503 }, { status: 503 });
};

/**
 * Starts it without waiting for it: pages are served meanwhile, and what is committed before it is up is taken up then.
 * `handlerOf` is asked for once the client can reach the engine. `sweep` is called every few seconds, for events that were
 * committed by a process that died before it sent them.
 */
export function startEmbedded(
  options: EngineOptions,
  handlerOf: () => Handler,
  sweep: () => Promise<void>,
): void {
  if (kept.portalEngine) return;
  const engine = createEngine(options);
  kept.portalEngine = engine;
  engine
    .start(handlerOf())
    .then(sweep, (err) => options.log.error({ err }, "the embedded engine cannot start"));
  const sweeping = setInterval(sweep, 5000).unref();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      clearInterval(sweeping);
      engine.stop().catch((err) => options.log.error({ err }, "the embedded engine did not end in order"));
    });
  }
}

/** Ends it, for whoever ends the process. Nothing happens when there is none. */
export async function stopEmbedded(): Promise<void> {
  await kept.portalEngine?.stop();
}
