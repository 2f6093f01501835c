/**
 * The choice of the institution at the federation's own page (SAML 2.0 Identity Provider Discovery Service Protocol and Profile).
 * What comes back is believed to be no more than a choice: that this browser asked for it is seen by a cookie, one a tab, which also
 * holds where to go after the login.
 */
import { createHash, randomBytes } from "node:crypto";
import { fromOurPages, readBody, refused, seeOther } from "../login/doors.ts";
import type { Circumstances } from "../login/log.ts";
import { beginLogin } from "../login/login.ts";
import { localeOf, localeOfRequest, safePath } from "../login/safe-path.ts";
import { providerByEntityId } from "../metadata/lookup.ts";
import { federationReady } from "../metadata/refresh.ts";
import { LoginRefusal } from "../refusal.ts";
import { expired, type Jar, readCookies, usesHttps } from "../session/cookies.ts";
import { entityIdOf, type Federation } from "../world.ts";

/** Where the federation's page sends people back to; registered as `idpdisc:DiscoveryResponse`. */
export function discoveryUrlOf({ baseUrl }: Pick<Federation, "baseUrl">): string {
  return `${baseUrl}/api/saml/discovery`;
}

/** The parameter in which the choice comes back; the profile's own name for it. */
const choiceParameter = "entityID";
/** SAML 2.0 Core §8.3.6. */
const longestEntityId = 1024;
const minutes = 15;
const mostTabs = 5;
/** Browsers throw larger cookies away; then only the page to go to is lost. */
const largestCookie = 3500;

/** The form of the login page: fields `to`, `locale`. */
export async function goToDiscovery(world: Federation, request: Request): Promise<Response> {
  const form = new URLSearchParams((await readBody(request, 16 * 1024)) ?? "");
  const locale = localeOfRequest(request, form.get("locale"));
  const to = safePath(form.get("to"), locale);
  if (!fromOurPages(world, request)) {
    const cause = new LoginRefusal("cross_site", { expected: world.baseUrl });
    return refused(world, cause, { locale, step: "start" });
  }
  const { discoveryService } = world;
  if (!discoveryService) return seeOther(`${world.baseUrl}/${locale}/login?${new URLSearchParams({ to })}`);
  // Whoever is sent there makes a choice: not in vain.
  if (!(await federationReady(world)))
    return refused(world, new LoginRefusal("federation_unavailable"), { locale, step: "start" });

  const state = randomBytes(24).toString("base64url");
  const jar = readCookies(request.headers.get("cookie"));
  return seeOther(requestTo(discoveryService, entityIdOf(world), `${discoveryUrlOf(world)}?state=${state}`), [
    ...tooManyTabs(world, jar).map((name) => expired(world, name)),
    keep(world, state, { to, locale, until: world.now().getTime() + minutes * 60_000 }),
  ]);
}

/** The federation's page may have parameters of its own. */
function requestTo(discoveryService: string, entityId: string, returnTo: string): string {
  const ours = new URLSearchParams({ entityID: entityId, return: returnTo, returnIDParam: choiceParameter });
  const { search } = new URL(discoveryService);
  const own = search.length > 1 ? `${search}&` : "?";
  return `${discoveryService.replace(/\?.*$/s, "")}${own}${ours}`;
}

/** The way back: who was chosen is asked for a login, if it is an institution of ours and the choice was ours to ask for. */
export async function comeFromDiscovery(world: Federation, request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const jar = readCookies(request.headers.get("cookie"));
  const about: Circumstances = { locale: localeOfRequest(request), step: "start" };
  let over: string[] = [];
  try {
    const [state = "", ...others] = query.getAll("state");
    const begun = others.length === 0 ? begunIn(world, jar, state) : null;
    if (!begun) throw new LoginRefusal("discovery_unknown", { expected: "a choice begun in this browser" });
    over = [expired(world, cookieName(world, state))];
    about.locale = begun.locale;
    if (begun.until <= world.now().getTime()) throw new LoginRefusal("request_expired");

    const entityId = choiceIn(query);
    const back = new URLSearchParams({ to: begun.to, nothing: "chosen" });
    if (entityId === null) return seeOther(`${world.baseUrl}/${begun.locale}/login?${back}`, over);
    const idpId = await knownProvider(world, entityId);
    about.idp = idpId;
    about.entityId = entityId;
    return and(await beginLogin(world, { idpId, to: begun.to, locale: begun.locale, jar }), over);
  } catch (cause) {
    return and(await refused(world, cause, about), over);
  }
}

/** Null: nothing was chosen, which is no error (§2.4.3). */
function choiceIn(query: URLSearchParams): string | null {
  const [entityId, ...others] = query.getAll(choiceParameter);
  if (others.length > 0 || (entityId?.length ?? 0) > longestEntityId)
    throw new LoginRefusal("discovery_malformed", {
      expected: `one ${choiceParameter}`,
      actual: `${others.length + 1} of ${entityId?.length} characters`,
    });
  return entityId || null;
}

async function knownProvider(world: Federation, entityId: string): Promise<string> {
  if (!(await federationReady(world))) throw new LoginRefusal("federation_unavailable", { actual: entityId });
  const provider = await providerByEntityId(world, entityId);
  if (!provider) throw new LoginRefusal("idp_unknown", { actual: entityId });
  return provider.id;
}

type Begun = { to: string; locale: string; until: number };

/** `__Host-` where it can be: no other host of the same domain can then set it for us (RFC 6265bis §4.1.3.2). */
function prefixOf(world: Federation): string {
  return `${usesHttps(world) ? "__Host-" : ""}discovery.`;
}

/** Only who knows the state knows the cookie's name. */
function cookieName(world: Federation, state: string): string {
  return prefixOf(world) + createHash("sha256").update(state, "utf8").digest("hex").slice(0, 32);
}

function keep(world: Federation, state: string, begun: Begun): string {
  const asWanted = encodeURIComponent(JSON.stringify(begun));
  const value =
    asWanted.length <= largestCookie
      ? asWanted
      : encodeURIComponent(JSON.stringify({ ...begun, to: safePath(null, begun.locale) }));
  const secure = usesHttps(world) ? "; Secure" : "";
  return `${cookieName(world, state)}=${value}; Path=/; Max-Age=${minutes * 60}; HttpOnly; SameSite=Lax${secure}`;
}

function begunIn(world: Federation, jar: Jar, state: string): Begun | null {
  const value = state && jar[cookieName(world, state)];
  if (!value) return null;
  try {
    const { to, locale, until } = JSON.parse(value) as Record<string, unknown>;
    const language = localeOf(String(locale));
    return language && typeof until === "number"
      ? { to: safePath(String(to), language), locale: language, until }
      : null;
  } catch {
    return null;
  }
}

/** A browser keeps only so much, and sends all of it each time. */
function tooManyTabs(world: Federation, jar: Jar): string[] {
  const held = Object.keys(jar).filter((name) => name.startsWith(prefixOf(world)));
  return held.length < mostTabs ? [] : held;
}

function and(response: Response, setCookies: readonly string[]): Response {
  for (const line of setCookies) response.headers.append("set-cookie", line);
  return response;
}
