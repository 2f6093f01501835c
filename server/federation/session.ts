/** The session as pages, procedures and actions see it. */
import { cookies } from "next/headers";
import { verifiedSession } from "./login.ts";
import type { SignedIn } from "./members.ts";
import { federation } from "./world.ts";

/** The member of the request at hand, or null. Verified on the server at each call. */
export async function currentMember(): Promise<SignedIn | null> {
  const all = (await cookies()).getAll();
  return verifiedSession(federation(), Object.fromEntries(all.map(({ name, value }) => [name, value])));
}
