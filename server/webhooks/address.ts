/** Where calls may go: an institution's program must not make the portal talk to what is beside it (server-side request forgery). */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { AddressFault } from "./events.ts";

/** `home`: the portal is at localhost, and so may be what it calls. `privateToo`: addresses that only a network of one's own routes. */
export type Reach = { home: boolean; privateToo: boolean };

/** Why the portal does not call it; null where it may. Names are looked up only when the call is made (`addressesOf`). */
export function faultOfAddress(text: string, reach: Reach): AddressFault | null {
  if (!URL.canParse(text)) return "malformed";
  const { protocol, username, password, hash } = new URL(text);
  const host = hostOf(text);
  const atHome = reach.home && (host === "localhost" || (isIP(host) !== 0 && rangeOf(host) === "loopback"));
  if (protocol !== "https:" && !(protocol === "http:" && atHome)) return "not_https";
  if (username !== "" || password !== "") return "with_password";
  if (hash !== "") return "malformed";
  if (isIP(host) !== 0) return mayCall(host, reach) ? null : "not_public";
  return host === "localhost" || host.endsWith(".localhost") ? (reach.home ? null : "not_public") : null;
}

/** Whether a connection may be made to this IP address. What IPv6 only wraps is unwrapped. */
export function mayCall(ip: string, { home, privateToo }: Reach): boolean {
  const range = rangeOf(ip);
  if (range === "unicast") return true;
  if (range === "loopback") return home;
  return privateToo && (range === "private" || range === "uniqueLocal" || range === "carrierGradeNat");
}

/** The name or address in a URL, without the brackets of IPv6. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}

/** As one word of ipaddr.js; only `unicast` is reached over the internet. */
function rangeOf(ip: string): string {
  return ipaddr.process(ip).range();
}

/** That it is not to be called is known only once its name has been looked up. */
export class NotPublic extends Error {
  readonly code = "NOT_PUBLIC";
}

/** The addresses of a name: all of them, or none where one of them may not be called. @throws NotPublic, or what the resolver says */
export async function addressesOf(
  host: string,
  reach: Reach,
): Promise<{ address: string; family: number }[]> {
  const found = await lookup(host, { all: true });
  if (found.some(({ address }) => !mayCall(address, reach))) throw new NotPublic(host);
  return found;
}
