/** ログアウト: ends the session of this browser, or of all. */
import { logOut } from "@/server/federation/session/logout.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return logOut(federation(), request);
}
