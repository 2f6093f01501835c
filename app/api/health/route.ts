/** For watchdogs and load balancers: 200 while the portal can do its work, else 503 with the part that cannot. */
import { database } from "@/server/db";
import { examine } from "@/server/health";
import { log } from "@/server/log";
import { localCa, upki } from "@/server/wiring";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const health = await examined();
  return Response.json(health, { status: health.well ? 200 : 503, headers: { "Cache-Control": "no-store" } });
}

async function examined() {
  try {
    const openCa = upki() ? null : () => localCa().open();
    return await examine({ db: database(), now: new Date(), openCa });
  } catch (err) {
    log.error({ err }, "the health could not be examined");
    return { well: false, parts: { settings: "not right" } };
  }
}
