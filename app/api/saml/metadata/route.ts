/** Our metadata, for federations and providers to register. */
import { spMetadata } from "@/server/federation/sp-metadata.ts";
import { federation } from "@/server/federation/world.ts";

export const dynamic = "force-dynamic";

export async function GET() {
  return new Response(await spMetadata(federation()), {
    headers: { "content-type": "application/samlmetadata+xml; charset=utf-8" },
  });
}
