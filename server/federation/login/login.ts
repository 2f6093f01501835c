/**
 * The two ends of a login in the browser: how it begins, and how it becomes a session.
 *
 * It begins with a form posted to `/login/start`, which needs no JavaScript:
 * - to log in: `idp` (id of the institution), `to` (page of the portal to go to afterwards), `locale`;
 * - to prove anew and strongly who one is, for somebody logged in (step-up): `for` (a GuardedDeed of server/assurance.ts),
 *   `to` (page to come back to, also when it fails), `locale`. Person and institution are those of the session.
 */

import { LoginRefusal } from "../refusal.ts";
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
} from "../session/cookies.ts";
import { askNextAuth, csrfOf } from "../session/nextauth.ts";
import { closeSession, sessionIdIn, sessionMember } from "../session/sessions.ts";
import type { Federation } from "../world.ts";
import { authorize, type Onward } from "./authorize.ts";
import { fromOurPages, readBody, refused, seeOther } from "./doors.ts";
import type { Circumstances } from "./log.ts";
import { localeOfRequest, safePath } from "./safe-path.ts";
import { sendingPage } from "./sending-page.ts";
import { isGuardedDeed, type StepUp, stepUpOf } from "./step-up.ts";

/** Ids of the institutions chosen last, newest first. */
export const lastChosenCookie = "last_idps";
const lastChosenMost = 3;
const idpId = /^[0-9a-f]{64}$/;

type Beginning = { idpId: string; to: string | null; locale: string; jar: Jar; stepUp?: StepUp };

/** Sends the browser to the institution, with the cookies that bind the login to it. Throws a LoginRefusal. */
export async function beginLogin(world: Federation, beginning: Beginning): Promise<Response> {
  const { idpId: idp, to, locale, jar, stepUp } = beginning;
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

  const codeChallenge = query.get("code_challenge") ?? "";
  const onward = await authorize(world, { idp, locale, state, codeChallenge, stepUp });
  return sendOn(onward, locale, [
    ...clearOldTabs(world, jar),
    ...toTab(world, tabOf(state), signIn.setCookies),
    rememberChoice(world, jar, idp),
  ]);
}

function sendOn(onward: Onward, locale: string, setCookies: readonly string[] = []) {
  return "location" in onward
    ? seeOther(onward.location, setCookies)
    : sendingPage(onward, locale, setCookies);
}

/** The forms that begin a login: of the login page, and of a deed that asks for a step-up. */
export async function startFromForm(world: Federation, request: Request): Promise<Response> {
  const form = new URLSearchParams((await readBody(request, 16 * 1024)) ?? "");
  const locale = localeOfRequest(request, form.get("locale"));
  const about: Circumstances = { locale, step: "start" };
  try {
    if (!fromOurPages(world, request))
      throw new LoginRefusal("cross_site", {
        expected: world.baseUrl,
        actual: request.headers.get("origin")?.slice(0, 200) ?? "no origin",
      });
    // Cookies set under another name of this machine would not come along on the way back.
    const origin = request.headers.get("origin");
    if (origin?.startsWith("http") && origin !== new URL(world.baseUrl).origin)
      return toLoginPage(world, form, locale);
    const jar = readCookies(request.headers.get("cookie"));
    return await (form.has("for") ? startStepUp : startLogin)(world, { form, locale, jar, about });
  } catch (cause) {
    return refused(world, cause, about);
  }
}

type Start = { form: URLSearchParams; locale: string; jar: Jar; about: Circumstances };

function startLogin(world: Federation, { form, locale, jar, about }: Start): Promise<Response> {
  const idp = form.get("idp") ?? "";
  if (idpId.test(idp)) about.idp = idp;
  return beginLogin(world, { idpId: idp, to: form.get("to"), locale, jar });
}

async function startStepUp(world: Federation, { form, locale, jar, about }: Start): Promise<Response> {
  const deed = form.get("for") ?? "";
  if (!isGuardedDeed(deed))
    throw new LoginRefusal("cross_site", { expected: "a guarded deed", actual: deed.slice(0, 40) });
  const asked = await stepUpOf(world, { to: form.get("to"), locale, jar });
  // The session ended in the meantime: an ordinary login comes first.
  if (!asked) return toLoginPage(world, form, locale);
  const { idp, stepUp } = asked;
  about.idp = idp;
  about.memberId = stepUp.memberId;
  about.returnTo = stepUp.returnTo;
  return beginLogin(world, { idpId: idp, to: stepUp.returnTo, locale, jar, stepUp });
}

function toLoginPage(world: Federation, form: URLSearchParams, locale: string): Response {
  const query = new URLSearchParams({ to: safePath(form.get("to"), locale) });
  return seeOther(`${world.baseUrl}/${locale}/login?${query}`);
}

/** NextAuth's own way to the provider: an ordinary login. Without the cookies of a login begun here, it leads to no session. */
export async function continueLogin(world: Federation, request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const locale = localeOfRequest(request, query.get("locale"));
  const [idp, state, codeChallenge] = ["idp", "state", "code_challenge"].map((name) => query.get(name) ?? "");
  const about = { locale, step: "start" as const };
  try {
    const asked = { idp: idp ?? "", state: state ?? "", codeChallenge: codeChallenge ?? "", locale };
    return sendOn(await authorize(world, asked), locale);
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
    if (before) await closeSession(world.db, before, world.now(), "replaced");
    return seeOther(answer.location, [...kept, ...clearTab(world, tab)]);
  } catch (cause) {
    return refused(world, cause, about);
  }
}
