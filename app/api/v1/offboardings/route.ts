import { postOffboarding } from "@/server/admin/rest/offboardings.ts";
import { env } from "@/server/env.ts";
import { ports } from "@/server/wiring.ts";

export const dynamic = "force-dynamic";

export function POST(request: Request): Promise<Response> {
  return postOffboarding({ ports: ports(), baseUrl: env().BASE_URL }, request);
}
