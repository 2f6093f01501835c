/** For watchdogs and load balancers: 200 while the portal can do its work, else 503; each part with its reason. */
import { hosted } from "@/inngest/client.ts";
import { database } from "@/server/db.ts";
import { examine } from "@/server/health.ts";
import { log } from "@/server/log.ts";
import { localCa, upki } from "@/server/wiring.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const health = await examined();
  return Response.json(health, { status: health.well ? 200 : 503, headers: { "Cache-Control": "no-store" } });
}

async function examined() {
  try {
    const openCa = upki() ? null : () => localCa().open();
    return await examine({ db: database(), now: new Date(), openCa, hosted: hosted() });
  } catch (err) {
    log.error({ err }, "whether the portal is ready could not be examined");
    return { well: false, parts: { settings: "not right" } };
  }
}
