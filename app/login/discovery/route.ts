/** To the federation's own page for choosing an institution. */
import { goToDiscovery } from "@/server/federation/discovery/central.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return goToDiscovery(federation(), request);
}
