import { deleteOffboarding, getOffboarding } from "@/server/admin/rest/offboardings.ts";
import { env } from "@/server/env.ts";
import { ports } from "@/server/wiring.ts";

export const dynamic = "force-dynamic";

type OffboardingRoute = { params: Promise<{ id: string }> };

const api = () => ({ ports: ports(), baseUrl: env().BASE_URL });

export async function GET(request: Request, { params }: OffboardingRoute): Promise<Response> {
  return getOffboarding(api(), request, (await params).id);
}

export async function DELETE(request: Request, { params }: OffboardingRoute): Promise<Response> {
  return deleteOffboarding(api(), request, (await params).id);
}
