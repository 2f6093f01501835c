/**
 * A federation's own page for choosing an institution, as they run it (Shibboleth's EDS, SWITCH's WAYF): it sends people back only to
 * where the service's metadata say, query aside, and adds the choice to the query (Identity Provider Discovery Service Protocol §2.4).
 */
import { DOMParser } from "@xmldom/xmldom";
import { listen } from "./listen.ts";

const single = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol:single";
const ns = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol";

type Choice = { entityId: string; name: string };

/** `metadata`: what the service registered. */
export async function openDiscoveryService(choices: readonly Choice[], metadata: () => Promise<string>) {
  const server = await listen(async ({ path }) => {
    const asked = new URL(path, "http://ds.invalid").searchParams;
    const problem = problemOf(asked, await metadata());
    if (problem) return new Response(problem, { status: 400 });
    const back = new URL(asked.get("return") ?? "");
    const chosen = asked.get("chosen");
    if (chosen === null && asked.get("isPassive") !== "true")
      return new Response(page(asked, choices), { headers: { "content-type": "text/html; charset=utf-8" } });
    if (chosen) back.searchParams.append(asked.get("returnIDParam") ?? "entityID", chosen);
    return new Response(null, { status: 302, headers: { location: back.href } });
  });
  return { ...server, url: `${server.url}/WAYF` };
}

function problemOf(asked: URLSearchParams, metadata: string): string | null {
  const { documentElement } = new DOMParser().parseFromString(metadata, "text/xml");
  if (asked.get("entityID") !== documentElement?.getAttribute("entityID")) return "unknown service";
  if ((asked.get("policy") ?? single) !== single) return "unknown policy";
  const wanted = asked.get("return") ?? "";
  if (!URL.canParse(wanted)) return "no return";
  const registered = [...(documentElement?.getElementsByTagNameNS(ns, "DiscoveryResponse") ?? [])];
  if (!registered.some((one) => one.getAttribute("Location") === wanted.replace(/\?.*$/s, "")))
    return "the return is not registered";
  if (new URL(wanted).searchParams.has(asked.get("returnIDParam") ?? "entityID"))
    return "the return names a choice already";
  return null;
}

function page(asked: URLSearchParams, choices: readonly Choice[]): string {
  const link = (chosen: string, name: string) =>
    `<li><a href="?${new URLSearchParams([...asked, ["chosen", chosen]]).toString().replaceAll("&", "&amp;")}">${name}</a></li>`;
  const links = [...choices.map(({ entityId, name }) => link(entityId, name)), link("", "取消")];
  return `<!doctype html><html lang="ja"><title>DS</title><h1>所属機関の選択</h1><ul>${links.join("")}</ul></html>`;
}
