/** The session as pages, procedures and actions see it. */
import { cookies } from "next/headers";
import { federation } from "../world.ts";
import { type MemberOfSession, sessionMember } from "./sessions.ts";

/** The member of the request at hand, or null. Verified on the server at each call. */
export async function currentMember(): Promise<MemberOfSession | null> {
  const all = (await cookies()).getAll();
  return sessionMember(federation(), Object.fromEntries(all.map(({ name, value }) => [name, value])));
}
