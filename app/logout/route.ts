/** ログアウト: ends the session of this browser, or of all. */
import { asVisitor } from "@/server/federation/login/doors.ts";
import { logOut } from "@/server/federation/session/logout.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return asVisitor(request, () => logOut(federation(), request));
}
