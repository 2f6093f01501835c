/** 学認ログイン: the form with the chosen institution. Sends the browser to its login page. */
import { startFromForm } from "@/server/federation/login/login.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return startFromForm(federation(), request);
}
