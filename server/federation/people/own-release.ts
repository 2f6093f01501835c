/** The release that whoever sent the request at hand may see: of their session, or of a login of this browser that failed. */
import { cookies } from "next/headers";
import { federation } from "../world.ts";
import { type KeptRelease, releaseOfBrowser, releaseOfSession } from "./releases.ts";

export async function ownRelease(
  sessionId: string | null,
  reference: string | null,
): Promise<KeptRelease | null> {
  if (reference !== null) {
    const all = (await cookies()).getAll();
    const jar = Object.fromEntries(all.map(({ name, value }) => [name, value]));
    return releaseOfBrowser(federation(), jar, reference);
  }
  return sessionId === null ? null : releaseOfSession(federation(), sessionId);
}
