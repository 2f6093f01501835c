/** An engine of its own with functions of the test's, on a given database. Plain Node can run it too: no alias, no vitest. */
import { Inngest, type InngestFunction } from "inngest";
import { serve } from "inngest/edge";
import pg from "pg";
import { createEngine, type EngineOptions } from "../../inngest/engine/engine.ts";
import { type Handler, origin } from "../../inngest/engine/protocol.ts";
import { StepsSeen } from "../../inngest/engine/steps-seen.ts";

export const signingKey = `signkey-test-${"0123456789abcdef".repeat(4)}`;
export const silent = { info() {}, warn() {}, error() {}, debug() {} };

export type Functions = (inngest: Inngest) => InngestFunction.Any[];
export type TestEngine = Awaited<ReturnType<typeof openEngine>>;

/** Started, unless `idle`. Impatient: retries come after 20 ms, a dead worker's runs after a second. */
export async function openEngine(
  databaseUrl: string,
  functions: Functions,
  options: Partial<EngineOptions> & { idle?: boolean } = {},
) {
  const { idle = false, ...rest } = options;
  const engine = createEngine({
    databaseUrl,
    signingKey,
    log: silent,
    leaseMs: 1000,
    pollMs: 200,
    backoff: () => 20,
    ...rest,
  });
  const inngest = new Inngest({
    id: "test",
    isDev: false,
    signingKey,
    eventKey: "local",
    baseUrl: origin,
    fetch: engine.fetch,
    logger: silent,
    middleware: [StepsSeen],
  });
  const handler: Handler = serve({
    client: inngest,
    functions: functions(inngest),
    enableUnauthedSync: false,
  });
  const start = () => engine.start(handler);
  if (!idle) await start();
  const send = (name: string, data: Record<string, unknown> = {}, id?: string) =>
    inngest.send({ name, data, ...(id ? { id } : {}) });
  return { engine, inngest, handler, start, send, stop: (graceMs?: number) => engine.stop(graceMs) };
}

/** Looks into a database by SQL. */
export function openPool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}
