/** What this process counts. Next.js loads this file more than once: they all count in one place. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { routeOf } from "./route-of.ts";

const seconds = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];

function make() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    requests: new Histogram({
      name: "portal_http_request_duration_seconds",
      help: "Requests that this process answered, by part of the portal. Not counted where `next start` or Vercel serves.",
      labelNames: ["method", "route", "status"],
      buckets: seconds,
      registers,
    }),
    procedures: new Histogram({
      name: "portal_procedure_duration_seconds",
      help: "Procedures (tRPC) that pages, forms and browsers called in this process, by what came of them.",
      labelNames: ["procedure", "outcome"],
      buckets: seconds,
      registers,
    }),
  };
}

type Kept = ReturnType<typeof make>;
const kept = globalThis as { portalMetrics?: Kept };

export function metrics(): Kept {
  kept.portalMetrics ??= make();
  return kept.portalMetrics;
}

const methods = ["GET", "HEAD", "POST", "PUT", "OPTIONS"];

/** Counts a request once it is answered, or given up by who asked. */
export function measure(request: IncomingMessage, response: ServerResponse): void {
  const began = performance.now();
  response.once("close", () => {
    const { method = "" } = request;
    metrics().requests.observe(
      {
        method: methods.includes(method) ? method : "other",
        route: routeOf(request.url ?? ""),
        status: String(response.statusCode),
      },
      (performance.now() - began) / 1000,
    );
  });
}

/** @param path of a procedure that there is @param outcome `ok`, or the code of the portal's error */
export function countProcedure(path: string, outcome: string, milliseconds: number): void {
  metrics().procedures.observe({ procedure: path, outcome }, milliseconds / 1000);
}
