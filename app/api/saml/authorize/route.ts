/** NextAuth's authorization endpoint, should a browser be sent there: the ordinary login asks in process. */
import { continueLogin } from "@/server/federation/login/login.ts";
import { federation } from "@/server/federation/world.ts";

export async function GET(request: Request) {
  return continueLogin(federation(), request);
}
