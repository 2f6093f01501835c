/** Figures for Prometheus; the README says what to watch. */
import { database } from "@/server/db.ts";
import { env } from "@/server/env.ts";
import { answerMetrics } from "@/server/metrics/door.ts";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return answerMetrics({ db: database(), token: env().METRICS_TOKEN, now: () => new Date() }, request);
}
