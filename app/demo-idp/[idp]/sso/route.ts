/** Login pages of a demo provider. */
import { showLogin, takeForm } from "@/server/federation/demo/doors.ts";
import { federation } from "@/server/federation/world.ts";

type Context = { params: Promise<{ idp: string }> };

export async function GET(request: Request, { params }: Context) {
  return showLogin(federation(), (await params).idp, request);
}

export async function POST(request: Request, { params }: Context) {
  return takeForm(federation(), (await params).idp, request);
}
