/** What the route handlers answer with, and whom they listen to. */
import { addressIn } from "../../address.ts";
import { actingAs } from "../../audit/actor.ts";
import { octetsOf } from "../../body.ts";
import { keepRefusedRelease } from "../people/releases.ts";
import type { Federation } from "../world.ts";
import { asRefusal, type Circumstances, recordRefusal } from "./log.ts";

/** Whatever the audit is told of meanwhile was done from where this request comes. */
export function asVisitor<T>(request: Request, deed: () => T): T {
  return actingAs({ role: "nobody", from: addressIn(request.headers) }, deed);
}

/** To another page, by GET whatever came before. */
export function seeOther(location: string, setCookies: readonly string[] = []): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const line of setCookies) headers.append("set-cookie", line);
  return new Response(null, { status: 303, headers });
}

/**
 * The page that says why there was no login. Where it was for want of an attribute, that is the page which shows what the
 * institution released, and whom to tell.
 */
export async function refused(world: Federation, cause: unknown, about: Circumstances): Promise<Response> {
  const refusal = asRefusal(cause);
  const reference = await recordRefusal(world, refusal, about);
  const query = new URLSearchParams({ code: refusal.code, ref: reference });
  const { locale, entityId, release, returnTo } = about;
  if (returnTo) query.set("to", returnTo);
  if (refusal.code !== "no_identifier" || !release || !entityId)
    return seeOther(`${world.baseUrl}/${locale}/login/error?${query}`);
  const cookie = await keepRefusedRelease(world, { ...release, entityId, reference });
  return seeOther(`${world.baseUrl}/${locale}/login/attributes?${query}`, [cookie]);
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
