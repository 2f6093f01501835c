/** ログアウト: of this browser, or of every browser the member is logged in with. It ends on the server, not in the cookie alone. */
import { log } from "../../log.ts";
import { fromOurPages, readBody, seeOther } from "../login/doors.ts";
import { localeOfRequest } from "../login/safe-path.ts";
import type { Federation } from "../world.ts";
import { expired, readCookies, sessionCookieName } from "./cookies.ts";
import { closeAllSessions, closeSession, sessionIdIn, sessionMember } from "./sessions.ts";

/**
 * What the first page says afterwards (`?logout=`): of `unknown`, that nobody was logged in any more and other browsers were
 * left alone; of `failed`, that one is still logged in.
 */
export type LogoutOutcome = "here" | "everywhere" | "unknown" | "failed";

/** The form of the account menu: fields `locale` and, for every browser, `everywhere`. A page elsewhere cannot log anybody out. */
export async function logOut(world: Federation, request: Request): Promise<Response> {
  const form = new URLSearchParams((await readBody(request, 1024)) ?? "");
  const locale = localeOfRequest(request, form.get("locale"));
  const firstPage = `${world.baseUrl}/${locale}`;
  const failed = seeOther(`${firstPage}?logout=${"failed" satisfies LogoutOutcome}`);
  if (!fromOurPages(world, request)) {
    log.warn({ event: "logout_refused" }, "A logout was refused that no page of ours asked for");
    return failed;
  }
  try {
    const outcome = await endSessions(world, request, form.has("everywhere"));
    return seeOther(`${firstPage}?logout=${outcome}`, [expired(world, sessionCookieName(world))]);
  } catch (err) {
    // The cookie stays: without it one could neither see nor mend that the session goes on.
    log.error({ err }, "A logout failed");
    return failed;
  }
}

async function endSessions(world: Federation, request: Request, everywhere: boolean): Promise<LogoutOutcome> {
  const jar = readCookies(request.headers.get("cookie"));
  const id = await sessionIdIn(world, jar);
  // Whoever may end all sessions is a member in force: a cookie that was logged out elsewhere has no more say.
  const member = everywhere ? await sessionMember(world, jar) : null;
  if (member) await closeAllSessions(world.db, member.id, world.now());
  else if (id) await closeSession(world.db, id, world.now());
  if (!everywhere) return "here";
  return member ? "everywhere" : "unknown";
}
