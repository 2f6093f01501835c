/** Forgets the institutions that this browser chose before. */
import { forgetChoices } from "@/server/federation/discovery/choice.ts";
import { federation } from "@/server/federation/world.ts";

export async function POST(request: Request) {
  return forgetChoices(federation(), request);
}
