/** Where the federation's page for choosing an institution sends people back to. */
import { comeFromDiscovery } from "@/server/federation/discovery/central.ts";
import { federation } from "@/server/federation/world.ts";

export async function GET(request: Request) {
  return comeFromDiscovery(federation(), request);
}
