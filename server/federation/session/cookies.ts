/** Cookies of a login. Each tab that is logging in has a set of its own, named after its OAuth state, so that tabs do not disturb each other. */
import { createHash } from "node:crypto";
import type { CookiesOptions } from "next-auth";
import type { Federation } from "../world.ts";

export type Jar = Readonly<Record<string, string>>;

/** What belongs to one login only, by NextAuth's names. */
const ofOneLogin = {
  state: "next-auth.state",
  pkceCodeVerifier: "next-auth.pkce.code_verifier",
  callbackUrl: "next-auth.callback-url",
} as const;
const loginSeconds = 15 * 60;
const mostTabs = 5;

export function usesHttps({ baseUrl }: Pick<Federation, "baseUrl">): boolean {
  return baseUrl.startsWith("https://");
}

/** `__Host-`: no other host of the same domain can set it for us (RFC 6265bis §4.1.3.2). */
function prefixOf(world: Pick<Federation, "baseUrl">): string {
  return usesHttps(world) ? "__Host-" : "";
}

export function sessionCookieName(world: Pick<Federation, "baseUrl">): string {
  return `${prefixOf(world)}next-auth.session-token`;
}

/**
 * The cookies as NextAuth is to set them. Lax and not Strict: a login ends with a redirect that began at the institution, and a
 * mail's link begins at the mail; with Strict neither would bring the cookies along. Lax leaves a page elsewhere nothing but
 * opening a page of ours: every form is sent by POST, and asked where it comes from besides (login/doors.ts).
 */
export function authCookies(world: Pick<Federation, "baseUrl">): Partial<CookiesOptions> {
  const options = { httpOnly: true, sameSite: "lax", path: "/", secure: usesHttps(world) } as const;
  const ofLogin = Object.entries(ofOneLogin).map(([key, name]) => [
    key,
    { name: prefixOf(world) + name, options: { ...options, maxAge: loginSeconds } },
  ]);
  return { ...Object.fromEntries(ofLogin), sessionToken: { name: sessionCookieName(world), options } };
}

export function readCookies(header: string | null): Jar {
  const pairs = (header ?? "").split(";").map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at).trim(), decode(pair.slice(at + 1).trim())] as const;
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== ""));
}

/** The name of a tab's set. */
export function tabOf(state: string): string {
  return createHash("sha256").update(state, "utf8").digest("hex").slice(0, 16);
}

/** Gives the cookies that NextAuth sets in this tab the tab's names. */
export function toTab(world: Federation, tab: string, setCookies: readonly string[]): string[] {
  return setCookies.map((line) => {
    const name = line.slice(0, line.indexOf("="));
    return namesOf(world).includes(name) ? `${name}.${tab}${line.slice(name.length)}` : line;
  });
}

/** The cookies as NextAuth knows them, with this tab's set in their place; null when the browser has none for the tab. */
export function fromTab(world: Federation, tab: string, jar: Jar): Jar | null {
  const named = namesOf(world).map((name) => [name, jar[`${name}.${tab}`]] as const);
  const found = named.filter(([, value]) => value !== undefined) as [string, string][];
  return found.length === 0 ? null : { ...jar, ...Object.fromEntries(found) };
}

/** Ends a tab's set. */
export function clearTab(world: Federation, tab: string): string[] {
  return namesOf(world).map((name) => expired(world, `${name}.${tab}`));
}

/** Ends all sets when there are too many: a browser keeps only so much, and sends all of it each time. */
export function clearOldTabs(world: Federation, jar: Jar): string[] {
  const names = namesOf(world);
  const held = Object.keys(jar).filter((name) => names.some((known) => name.startsWith(`${known}.`)));
  return held.length < mostTabs * names.length ? [] : held.map((name) => expired(world, name));
}

export function expired(world: Pick<Federation, "baseUrl">, name: string): string {
  return `${name}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax${usesHttps(world) ? "; Secure" : ""}`;
}

function namesOf(world: Federation): string[] {
  return Object.values(ofOneLogin).map((name) => prefixOf(world) + name);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
