/** `/api/metrics`: the figures as Prometheus reads them (text format 0.0.4), for whoever knows the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { Counter, Gauge, Registry } from "prom-client";
import type { Database } from "../db.ts";
import { log } from "../log.ts";
import { figuresOf } from "./from-database.ts";
import { counters, type Figure, type Known, known } from "./known.ts";
import { metrics } from "./registry.ts";

type Asked = { db: Database; token: string | undefined; now: () => Date };

/** 404 where no token is set, 401 without it. While the database does not answer, what the process itself knows. */
export async function answerMetrics({ db, token, now }: Asked, request: Request): Promise<Response> {
  if (!token) return new Response("METRICS_TOKEN is not set.\n", { status: 404 });
  if (!isSame(request.headers.get("authorization") ?? "", `Bearer ${token}`)) {
    const headers = { "WWW-Authenticate": "Bearer" };
    return new Response("Send `Authorization: Bearer` with METRICS_TOKEN.\n", { status: 401, headers });
  }
  const figures = await figuresNow(db, now()).catch((err: unknown) => {
    log.error({ err }, "The figures for /api/metrics could not be read");
    return null;
  });
  const text = await Registry.merge([metrics().registry, registryOf(figures)]).metrics();
  return new Response(text, {
    headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store" },
  });
}

/** In equal time, whatever is different. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

const freshFor = 10_000;
const kept = new WeakMap<Database, { at: number; figures: Promise<Figure[]> }>();

/** Several who ask within ten seconds are told the same; the database is asked once. */
function figuresNow(db: Database, now: Date): Promise<Figure[]> {
  const last = kept.get(db);
  if (last && now.getTime() - last.at < freshFor) return last.figures;
  const figures = figuresOf(db, now);
  kept.set(db, { at: now.getTime(), figures });
  figures.catch(() => kept.delete(db));
  return figures;
}

function registryOf(figures: Figure[] | null): Registry {
  const registry = new Registry();
  const registers = [registry];
  const up = new Gauge({ name: "portal_database_up", help: "Whether the database answered.", registers });
  up.set(figures ? 1 : 0);
  const named = Map.groupBy(figures ?? [], ({ name }) => name);
  for (const [name, rows] of named) {
    const labelNames = Object.keys(rows[0]?.labels ?? {});
    const made = { name, help: known[name as Known], labelNames, registers };
    if (counters.includes(name)) {
      const counter = new Counter(made);
      for (const { labels, value } of rows) counter.inc(labels, Math.max(value, 0));
    } else {
      const gauge = new Gauge(made);
      for (const { labels, value } of rows) gauge.set(labels, value);
    }
  }
  return registry;
}
