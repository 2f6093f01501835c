/** The two ends of a login in the browser: how it begins, and how it becomes a session. */
import { authorize } from "./authorize.ts";
import {
  clearOldTabs,
  clearTab,
  fromTab,
  type Jar,
  readCookies,
  sessionCookieName,
  tabOf,
  toTab,
  usesHttps,
} from "./cookies.ts";
import { fromOurPages, readBody, refused, seeOther } from "./doors.ts";
import { askNextAuth, csrfOf } from "./nextauth.ts";
import { LoginRefusal } from "./refusal.ts";
import { localeOfRequest, safePath } from "./safe-path.ts";
import { closeSession, sessionIdIn, sessionMember } from "./sessions.ts";
import type { Federation } from "./world.ts";

/** Ids of the institutions chosen last, newest first. */
export const lastChosenCookie = "last_idps";
const lastChosenMost = 3;
const idpId = /^[0-9a-f]{64}$/;

/** Where to send the browser, and the cookies that bind the login to it. Throws a LoginRefusal. */
export async function beginLogin(
  world: Federation,
  { idpId: idp, to, locale, jar }: { idpId: string; to: string | null; locale: string; jar: Jar },
): Promise<{ location: string; setCookies: string[] }> {
  const { csrfToken, jar: words } = await csrfOf(world);
  const signIn = await askNextAuth(world, {
    method: "POST",
    action: ["signin", "boxyhq-saml"],
    body: { csrfToken, callbackUrl: world.baseUrl + safePath(to, locale) },
    jar: words,
  });
  const query = new URL(signIn.location ?? "", world.baseUrl).searchParams;
  const state = query.get("state");
  if (!state)
    throw new LoginRefusal("internal", { actual: signIn.faults.join("; ") || "NextAuth made no state" });

  const location = await authorize(world, {
    idp,
    locale,
    state,
    codeChallenge: query.get("code_challenge") ?? "",
  });
  return {
    location,
    setCookies: [...clearOldTabs(world, jar), ...toTab(world, tabOf(state), signIn.setCookies)],
  };
}

/** The form of the login page: fields `idp`, `to`, `locale`. */
export async function startFromForm(world: Federation, request: Request): Promise<Response> {
  const form = new URLSearchParams((await readBody(request, 16 * 1024)) ?? "");
  const locale = localeOfRequest(request, form.get("locale"));
  const idp = form.get("idp") ?? "";
  const about = { locale, step: "start" as const, ...(idpId.test(idp) && { idp }) };
  try {
    if (!fromOurPages(world, request))
      throw new LoginRefusal("cross_site", {
        expected: world.baseUrl,
        actual: request.headers.get("origin")?.slice(0, 200) ?? "no origin",
      });
    // Cookies set under another name of this machine would not come along on the way back.
    const origin = request.headers.get("origin");
    if (origin?.startsWith("http") && origin !== new URL(world.baseUrl).origin)
      return seeOther(
        `${world.baseUrl}/${locale}/login?${new URLSearchParams({ to: safePath(form.get("to"), locale) })}`,
      );
    const jar = readCookies(request.headers.get("cookie"));
    const { location, setCookies } = await beginLogin(world, { idpId: idp, to: form.get("to"), locale, jar });
    return seeOther(location, [...setCookies, rememberChoice(world, jar, idp)]);
  } catch (cause) {
    return refused(world, cause, about);
  }
}

/** NextAuth's own way to the provider. Without the cookies of a login begun here, it leads to no session. */
export async function continueLogin(world: Federation, request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const locale = localeOfRequest(request, query.get("locale"));
  const [idp, state, codeChallenge] = ["idp", "state", "code_challenge"].map((name) => query.get(name) ?? "");
  const about = { locale, step: "start" as const };
  try {
    const asked = { idp: idp ?? "", state: state ?? "", codeChallenge: codeChallenge ?? "", locale };
    return seeOther(await authorize(world, asked));
  } catch (cause) {
    return refused(world, cause, about);
  }
}

function rememberChoice(world: Federation, jar: Jar, idp: string): string {
  const before = (jar[lastChosenCookie] ?? "").split(",").filter((id) => idpId.test(id) && id !== idp);
  const ids = [idp, ...before].slice(0, lastChosenMost);
  const secure = usesHttps(world) ? "; Secure" : "";
  return `${lastChosenCookie}=${encodeURIComponent(ids.join(","))}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax${secure}`;
}

/** NextAuth's callback: the code becomes a session, once, in the browser that began. */
export async function finishLogin(world: Federation, request: Request): Promise<Response> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const jar = readCookies(request.headers.get("cookie"));
  const about = { locale: localeOfRequest(request), step: "session" as const };
  const tab = tabOf(query.state ?? "");
  try {
    const own = fromTab(world, tab, jar);
    if (!own) {
      // Asked for twice, by a reload or the back button: whoever is logged in here stays so.
      if (await sessionMember(world, jar)) return seeOther(world.baseUrl + safePath(null, about.locale));
      throw new LoginRefusal("other_browser", { expected: "the cookies of this login", actual: "none" });
    }
    const answer = await askNextAuth(world, {
      method: "GET",
      action: ["callback", "boxyhq-saml"],
      query,
      jar: own,
    });
    // NextAuth's other cookies are for this login alone, or for forms that the portal does not have.
    const kept = answer.setCookies.filter((line) => line.startsWith(`${sessionCookieName(world)}=`));
    if (!kept.some((line) => line.startsWith(`${sessionCookieName(world)}=ey`)) || !answer.location)
      throw new LoginRefusal("code_refused", { actual: answer.faults.join("; ") });
    // The new session takes the place of the one that was in this browser.
    const before = await sessionIdIn(world, jar);
    if (before) await closeSession(world.db, before, world.now());
    return seeOther(answer.location, [...kept, ...clearTab(world, tab)]);
  } catch (cause) {
    return refused(world, cause, about);
  }
}
