/** Our metadata, for federations and providers to register: signed, or plain with `?signed=false`. */
import { showMetadata } from "@/server/federation/service/metadata-door.ts";
import { federation } from "@/server/federation/world.ts";

export const dynamic = "force-dynamic";

export function GET(request: Request) {
  return showMetadata(federation(), request);
}
