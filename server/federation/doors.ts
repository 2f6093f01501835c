/** What the route handlers answer with, and whom they listen to. */
import { octetsOf } from "../body.ts";
import { asRefusal, type Circumstances, logRefusal } from "./login-log.ts";
import type { Federation } from "./world.ts";

/** To another page, by GET whatever came before. */
export function seeOther(location: string, setCookies: readonly string[] = []): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const line of setCookies) headers.append("set-cookie", line);
  return new Response(null, { status: 303, headers });
}

/** The page that says why there was no login. */
export function refused(world: Federation, cause: unknown, about: Circumstances): Response {
  const refusal = asRefusal(cause);
  const query = new URLSearchParams({ code: refusal.code, ref: logRefusal(refusal, about) });
  if (about.idp) query.set("idp", about.idp);
  return seeOther(`${world.baseUrl}/${about.locale}/login/error?${query}`);
}

/** Whether a form was sent from a page of ours: browsers say so, and a page elsewhere cannot make them lie. */
export function fromOurPages({ baseUrl }: Pick<Federation, "baseUrl">, request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  return request.headers.get("origin") === new URL(baseUrl).origin;
}

/** The body as text, or null when it is larger than allowed: reading stops there. */
export async function readBody(request: Request, most: number): Promise<string | null> {
  const octets = await octetsOf(request, most);
  return octets && Buffer.from(octets).toString("utf8");
}
