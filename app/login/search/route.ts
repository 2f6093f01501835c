/** The search of the login page without JavaScript. It is posted, so that a mail address is in no URL; only its domain goes on. */
import { askedFromForm } from "@/server/federation/discovery/choice.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return askedFromForm(federation(), request);
}
