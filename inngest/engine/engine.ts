/**
 * The embedded engine: runs ordinary Inngest functions in this process, on the database that is there anyway.
 *
 * It keeps its own tables with leases and does not stand on a queue library: what a workflow needs is the state of
 * its steps, and that must change in one statement with the right to work on it. A queue beside that would be a
 * second truth, and the libraries at hand hold a killed worker's jobs for minutes to hours.
 */
import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import { type FunctionPlan, RefusedFunctions, readConfigs } from "./config.ts";
import { keepSchedules, startScheduled } from "./cron.ts";
import { listen } from "./listen.ts";
import type { Log } from "./log.ts";
import { type Handler, register } from "./protocol.ts";
import { registerVersion, routeOne } from "./router.ts";
import { abandon, accept, claim, renew, tidy, untilNextDue } from "./store.ts";
import { work } from "./worker.ts";

export type EngineOptions = {
  databaseUrl: string;
  signingKey: string;
  log: Log;
  /** Names the build. Default: a hash of what the functions ask for. */
  version?: string;
  /** How many runs this process works on at once. */
  parallel?: number;
  /** How long a killed process keeps its runs from the others. */
  leaseMs?: number;
  /** How long a lost notification goes unnoticed. */
  pollMs?: number;
  backoff?: (failures: number) => number;
};

export type Engine = {
  /** For the client: takes what it registers and what it sends. Nothing else is there. */
  fetch: typeof fetch;
  /** Takes up the work. Tries again while the database is not there; throws RefusedFunctions for good. */
  start(handler: Handler): Promise<void>;
  /** Finishes what takes no longer than `graceMs` and gives the rest back. */
  stop(graceMs?: number): Promise<void>;
};

const hour = 3_600_000;

/** 1 s, 3 s, 9 s … three hours, give or take a quarter: twelve retries are half a day. */
function growing(failures: number): number {
  return Math.min(3 * hour, 1000 * 3 ** (failures - 1)) * (0.75 + Math.random() / 2);
}

export function createEngine(options: EngineOptions): Engine {
  const {
    databaseUrl,
    signingKey,
    log,
    parallel = 8,
    leaseMs = 6000,
    pollMs = 1000,
    backoff = growing,
  } = options;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 5 });
  pool.on("error", (err) => {
    if (!stopping) log.warn({ err }, "the engine lost a database connection");
  });
  // A connection that breaks between two statements of a transaction would else end the process; the next statement tells.
  pool.on("connect", (client) => client.on("error", () => {}));
  const running = new Map<string, Promise<void>>();
  const timers: NodeJS.Timeout[] = [];
  let configs: Parameters<typeof readConfigs>[0] | null = null;
  let plans: FunctionPlan[] = [];
  let version = options.version ?? "";
  let handler: Handler | null = null;
  let stopping = false;
  let turning: Promise<void> | null = null;
  let again = false;
  let nextTurn: NodeJS.Timeout | undefined;
  let scheduledAt = 0;
  let failing = false;
  let unlisten: (() => Promise<void>) | undefined;

  /** Looks for work, once at a time; what comes meanwhile makes it look again. */
  function wake(): void {
    if (stopping || !handler) return;
    again = true;
    turning ??= turn().finally(() => {
      turning = null;
      if (again) wake();
    });
  }

  async function turn(): Promise<void> {
    clearTimeout(nextTurn);
    let pause = pollMs;
    try {
      while (again && !stopping) {
        again = false;
        if (Date.now() - scheduledAt >= pollMs) {
          scheduledAt = Date.now();
          await startScheduled(pool, version, plans);
        }
        while (!stopping && (await routeOne(pool, version, plans))) await take();
        await take();
      }
      failing = false;
      if (running.size < parallel) {
        const ms = await untilNextDue(pool, functions(), version);
        if (ms !== null) pause = Math.min(pollMs, Math.max(1, Math.ceil(ms)));
      }
    } catch (err) {
      if (!failing) log.error({ err }, "the engine cannot look for work at the moment; it goes on trying");
      failing = true;
    }
    clearTimeout(nextTurn);
    if (!stopping) nextTurn = setTimeout(wake, pause);
  }

  const functions = () => plans.map((plan) => plan.id);

  async function take(): Promise<void> {
    const limit = parallel - running.size;
    if (stopping || limit <= 0 || !handler) return;
    const shop = { pool, handler, signingKey, version, log, backoff };
    for (const run of await claim(pool, { version, functions: functions(), leaseMs, limit })) {
      const plan = plans.find((it) => it.id === run.functionId) as FunctionPlan;
      const done = work(shop, plan, run).finally(() => {
        running.delete(run.lease);
        wake();
      });
      running.set(run.lease, done);
    }
  }

  function every(ms: number, what: () => Promise<unknown>, failure: string): void {
    timers.push(setInterval(() => what().catch((err) => log.error({ err }, failure)), ms));
  }

  async function start(given: Handler): Promise<void> {
    await register(given, signingKey);
    if (!configs) throw new Error("the Inngest handler did not register its functions with this engine");
    plans = readConfigs(configs);
    version ||= createHash("sha256").update(JSON.stringify(configs)).digest("hex").slice(0, 16);
    await untilItWorks(async () => {
      await registerVersion(pool, version, plans);
      await keepSchedules(pool, plans);
    });
    if (stopping) return;
    handler = given;
    unlisten = listen(databaseUrl, wake, log);
    every(
      leaseMs / 3,
      () => renew(pool, [...running.keys()], leaseMs, version),
      "leases could not be renewed",
    );
    every(hour, () => tidy(pool), "what ended long ago could not be removed");
    log.info({ version, functions: plans.length }, "the embedded engine is at work");
    wake();
  }

  async function untilItWorks(deed: () => Promise<void>): Promise<void> {
    for (let failures = 1; !stopping; failures++) {
      try {
        return await deed();
      } catch (err) {
        if (err instanceof RefusedFunctions) throw err;
        if (failures === 1) log.warn({ err }, "the engine waits for its database");
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    }
  }

  let stopped: Promise<void> | undefined;
  const stop = (graceMs = 2000): Promise<void> => {
    stopped ??= windUp(graceMs);
    return stopped;
  };

  async function windUp(graceMs: number): Promise<void> {
    stopping = true;
    clearTimeout(nextTurn);
    await turning;
    let grace: NodeJS.Timeout | undefined;
    const over = new Promise((resolve) => {
      grace = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.all(running.values()), over]);
    clearTimeout(grace);
    for (const timer of timers) clearInterval(timer);
    await unlisten?.();
    if (running.size > 0) await abandon(pool, [...running.keys()]).catch(() => {});
    await pool.end();
  }

  async function answer(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input);
    const body: unknown = JSON.parse(await new Response(init?.body).text());
    if (url.pathname === "/fn/register") {
      configs = (body as { functions: NonNullable<typeof configs> }).functions;
      return Response.json({ status: 200, modified: true });
    }
    if (!url.pathname.startsWith("/e/")) return Response.json({ error: "not found" }, { status: 404 });
    const seed = new Headers(init?.headers).get("x-inngest-event-id-seed") ?? randomUUID();
    const events = (body as { id?: string; name: string; data?: object; ts?: number }[]).map((event, i) => ({
      name: event.name,
      data: event.data ?? {},
      // The seed is the same when the SDK sends again because it heard no answer.
      id: event.id ?? createHash("sha256").update(`${seed} ${i}`).digest("base64url"),
      ts: event.ts ?? Date.now(),
    }));
    await accept(pool, events);
    wake();
    return Response.json({ status: 200, ids: events.map((event) => event.id) });
  }

  return { fetch: answer, start, stop };
}
