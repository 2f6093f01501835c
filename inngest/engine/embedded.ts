/**
 * The one embedded engine of a process. It hangs on globalThis because Next.js loads a module once for
 * instrumentation and again for the routes.
 */
import { createEngine, type EngineOptions } from "./engine.ts";
import type { Handler } from "./protocol.ts";

const kept = globalThis as {
  portalEngine?: { fetch: typeof fetch };
  /** What bin/ calls before it ends the database. */
  portalStop?: () => Promise<void>;
};

/** For events that were committed by a process that died before it sent them. */
const sweepMs = 5000;

/** What the client reaches the engine by. */
export const embeddedFetch: typeof fetch = async (input, init) => {
  if (kept.portalEngine) return kept.portalEngine.fetch(input, init);
  return Response.json({ error: "no engine runs in this process", status: 503 }, { status: 503 });
};

/**
 * Starts it without waiting for it: pages are served meanwhile, and what is committed before it is up is taken up then.
 * `handlerOf` is asked for once the client can reach the engine. `sweep` is called at the start and every few seconds.
 */
export function startEmbedded(
  options: EngineOptions,
  handlerOf: () => Handler,
  sweep: () => Promise<void>,
): void {
  if (kept.portalEngine) return;
  const { log } = options;
  const engine = createEngine(options);
  const sweepNow = () => sweep().catch((err) => log.error({ err }, "the sweep of the outbox failed"));
  const sweeping = setInterval(sweepNow, sweepMs).unref();
  const stop = () => {
    clearInterval(sweeping);
    if (kept.portalEngine === engine) kept.portalEngine = undefined;
    return engine.stop();
  };
  kept.portalEngine = engine;
  kept.portalStop = stop;
  engine.start(handlerOf()).then(sweepNow, (err) => log.error({ err }, "the embedded engine cannot start"));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      stop().catch((err) => log.error({ err }, "the embedded engine did not end in order"));
    });
  }
}

/** Ends it, for whoever ends the process. Nothing happens when there is none. */
export async function stopEmbedded(): Promise<void> {
  await kept.portalStop?.();
}
