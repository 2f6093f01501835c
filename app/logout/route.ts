/** ログアウト: ends the session in this browser. */
import { endSession } from "@/server/federation/login.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return endSession(federation(), request);
}
