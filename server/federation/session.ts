/** The session as pages, procedures and actions see it. */
import { cookies, headers } from "next/headers";
import { expired, type Jar, sessionCookieName } from "./cookies.ts";
import { beginLogin, verifiedSession } from "./login.ts";
import type { SignedIn } from "./members.ts";
import { localeOf, localeOfRequest } from "./safe-path.ts";
import { federation } from "./world.ts";

/** The member of the request at hand, or null. Verified on the server at each call. */
export async function currentMember(): Promise<SignedIn | null> {
  return verifiedSession(federation(), await jarOfRequest());
}

/** For server actions: sets the cookies of a new login and gives the URL to redirect to. Throws a LoginRefusal. */
export async function startLogin({
  idpId,
  to,
  locale,
}: {
  idpId: string;
  to: string | null;
  locale?: string;
}): Promise<{ location: string }> {
  const request = new Request("http://localhost", { headers: new Headers(await headers()) });
  const reader = localeOf(locale) ?? localeOfRequest(request);
  const { location, setCookies } = await beginLogin(federation(), {
    idpId,
    to,
    locale: reader,
    jar: await jarOfRequest(),
  });
  await setAll(setCookies);
  return { location };
}

/** For server actions: ends the session of this browser. */
export async function logout(): Promise<void> {
  await setAll([expired(federation(), sessionCookieName(federation()))]);
}

async function jarOfRequest(): Promise<Jar> {
  const all = (await cookies()).getAll();
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

async function setAll(lines: readonly string[]) {
  const jar = await cookies();
  for (const line of lines) {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const named = new Map(
      attributes.map((attribute) => {
        const [name = "", value = ""] = attribute.split("=");
        return [name.toLowerCase(), value];
      }),
    );
    jar.set(pair.slice(0, at), decodeURIComponent(pair.slice(at + 1)), {
      path: named.get("path") ?? "/",
      httpOnly: named.has("httponly"),
      secure: named.has("secure"),
      sameSite: "lax",
      ...(named.has("max-age") && { maxAge: Number(named.get("max-age")) }),
      ...(named.has("expires") && { expires: new Date(named.get("expires") ?? 0) }),
    });
  }
}
