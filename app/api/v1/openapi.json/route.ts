import { openApi } from "@/server/admin/rest/openapi.ts";
import { env } from "@/server/env.ts";

export const dynamic = "force-dynamic";

/** For anybody: it says nothing of anybody. */
export function GET(): Response {
  return Response.json(openApi(env().BASE_URL), { headers: { "Cache-Control": "public, max-age=300" } });
}
