/** NextAuth's door: the code from Jackson becomes a session. Its other pages are the portal's own. */
import { asVisitor } from "@/server/federation/login/doors.ts";
import { finishLogin } from "@/server/federation/login/login.ts";
import { federation } from "@/server/federation/world.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

export async function GET(request: Request, { params }: Context) {
  const action = (await params).nextauth.join("/");
  if (action === "callback/boxyhq-saml") return asVisitor(request, () => finishLogin(federation(), request));
  return new Response(null, { status: 404 });
}
