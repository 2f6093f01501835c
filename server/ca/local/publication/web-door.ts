/** The public door for route handlers: where the portal runs as functions, behind a CDN that carries the load. */
import { octetsOf } from "../../../body.ts";
import type { World } from "../world.ts";
import { answerPublic } from "./http.ts";

export async function answerWeb(world: World, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { status, headers, body } = await answerPublic(world, {
    method: request.method,
    target: pathname + search,
    header: (name) => request.headers.get(name) ?? undefined,
    body: async (most) => (await octetsOf(request, most)) ?? "long",
  });
  const pairs = headers.flatMap((name, at) =>
    at % 2 ? [] : [[name, headers[at + 1] ?? ""] as [string, string]],
  );
  return new Response(body && Uint8Array.from(body), { status, headers: pairs });
}
