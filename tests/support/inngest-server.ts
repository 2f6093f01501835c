/**
 * Inngest, as a portal sees it from outside: a server of its own that takes events, is told of functions, and runs them by
 * signed calls over HTTP. Behind it works the portal's own engine, on a database that the portal knows nothing of.
 */
import { createHash } from "node:crypto";
import { createEngine } from "@/inngest/engine/engine.ts";
import { origin } from "@/inngest/engine/protocol.ts";
import { listen, type Received } from "./listen.ts";

export type InngestServer = Awaited<ReturnType<typeof openInngest>>;

type Keys = { eventKey: string; signingKey: string };
type Told = { url: string; functions: { id: string; triggers: { cron?: string }[] }[] };

/** `reach`: how it gets to the host that a portal gives as its own. */
export async function openInngest(
  databaseUrl: string,
  { eventKey, signingKey }: Keys,
  reach: (url: string) => string,
) {
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  const engine = createEngine({ databaseUrl, signingKey, log: silent, pollMs: 100, backoff: () => 50 });
  const events: { name: string; data: object }[] = [];
  const told: Told[] = [];

  async function answer({ path, body, headers }: Received): Promise<Response> {
    if (path === "/fn/register") {
      if (headers.get("authorization") !== `Bearer ${hashed(signingKey)}`)
        return new Response(null, { status: 401 });
      told.push(JSON.parse(body) as Told);
    } else if (path === `/e/${eventKey}`) {
      events.push(...(JSON.parse(body) as typeof events));
    } else {
      return new Response(null, { status: 401 });
    }
    return engine.fetch(new URL(path, origin), { method: "POST", body, headers });
  }

  const server = await listen(answer);
  return {
    url: server.url,
    events,
    told,
    /** What the button "Sync App" does, or the integration after a deployment. */
    sync: (app: string) =>
      engine.start(async (request) => {
        const { search } = new URL(request.url);
        const body = request.method === "POST" ? await request.text() : null;
        const headers = new Headers(request.headers);
        headers.delete("host");
        return fetch(reach(`${told[0]?.url ?? app}`.split("?")[0] + search), {
          method: request.method,
          headers,
          body,
        });
      }),
    async close() {
      await engine.stop(0);
      await server.close();
    },
  };
}

/** As the SDK names itself to Inngest: never by the key. */
function hashed(signingKey: string): string {
  const [prefix = ""] = /^signkey-\w+-/.exec(signingKey) ?? [];
  const key = Buffer.from(signingKey.slice(prefix.length), "hex");
  return prefix + createHash("sha256").update(key).digest("hex");
}
