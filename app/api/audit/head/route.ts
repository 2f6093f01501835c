/** The signed end of the audit's chain, and the keys to check it with: for anybody who keeps it, and for exported trails. */
import { publishedHead } from "@/server/audit/heads.ts";
import { database } from "@/server/db.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  return Response.json(await publishedHead(database()), {
    headers: { "cache-control": "public, max-age=60", "access-control-allow-origin": "*" },
  });
}
