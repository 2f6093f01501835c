/** The door of the REST API: who shows which token, how often, and what goes wrong. */
import { addressIn } from "../../address.ts";
import { actingAs } from "../../audit/actor.ts";
import { octetsOf } from "../../body.ts";
import { PortalError } from "../../errors.ts";
import { log, newReference } from "../../log.ts";
import type { Ports } from "../../ports.ts";
import { type Bearer, bearerOf, mostPerMinute } from "../tokens.ts";
import { Problem, problemResponse } from "./problem.ts";

/** What route handlers hand in. `baseUrl`: where the API is, without a slash at the end. */
export type Api = { ports: Ports; baseUrl: string };
export type Client = Bearer & { scope: { institutions: readonly string[] } };

const mostOctets = 4 * 1024 * 1024;

/** What a program gets for its request; whatever it does is noted as the token's. */
export async function answered(
  { ports, baseUrl }: Api,
  request: Request,
  deed: (client: Client) => Promise<Response>,
): Promise<Response> {
  const reference = newReference();
  try {
    const client = await admitted(ports, request);
    const actor = { role: "client", id: client.id, from: addressIn(request.headers), reference } as const;
    return await actingAs(actor, () => deed(client));
  } catch (error) {
    return problemResponse(problemOf(error, reference), baseUrl, reference);
  }
}

async function admitted(ports: Ports, request: Request): Promise<Client> {
  const [, token] = /^Bearer ([\w~+/.-]+=*)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const now = ports.now();
  const bearer = token ? await bearerOf(ports.db, token, now) : null;
  if (!bearer) {
    const why = token ? ', error="invalid_token"' : "";
    throw new Problem("unauthorized", "Send Authorization: Bearer with a token that is in force.", {
      headers: { "WWW-Authenticate": `Bearer realm="api"${why}` },
    });
  }
  if (bearer.isTooOften) {
    const seconds = 60 - Math.floor((now.getTime() / 1000) % 60);
    throw new Problem("too_often", `A token may be used ${mostPerMinute} times a minute.`, {
      headers: { "Retry-After": String(seconds) },
    });
  }
  return { ...bearer, scope: { institutions: [bearer.institutionId] } };
}

function problemOf(error: unknown, reference: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof PortalError && error.code === "not_found")
    return new Problem("not_found", "Its id may be another institution's, or none at all.");
  log.error({ err: error, reference }, "a request to the REST API failed");
  return new Problem(
    "internal",
    "Nothing is known of what was done. Ask again with the same Idempotency-Key.",
  );
}

/** The body as JSON. */
export async function jsonOf(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new Problem("not_json", `It is ${type || "of no type"}.`);
  const octets = await octetsOf(request, mostOctets);
  if (!octets) throw new Problem("too_large", `It may have ${mostOctets} octets.`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octets));
  } catch {
    throw new Problem("malformed", "It has to be one JSON value in UTF-8.");
  }
}

export function jsonResponse(body: unknown, status: number, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { ...headers, "Cache-Control": "no-store" } });
}
