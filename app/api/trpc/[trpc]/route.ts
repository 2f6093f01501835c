/** The procedures over HTTP, for what a page asks after it has been loaded. */
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { requestContext } from "@/server/api/context.ts";
import { appRouter } from "@/server/api/root.ts";
import { bounded } from "@/server/body.ts";

/** No procedure takes more: a memo of 200 characters is the largest input there is. */
const bodyLimit = 16 * 1024;

async function handle(request: Request): Promise<Response> {
  const req = await bounded(request, bodyLimit);
  if (!req) return new Response(null, { status: 413 });
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req,
    router: appRouter,
    createContext: requestContext,
    // One request, one procedure: else a single one could ask for hundreds of searches.
    allowBatching: false,
    // A query may be posted: what is looked for is then in no log of addresses.
    allowMethodOverride: true,
    responseMeta: () => ({ headers: new Headers({ "cache-control": "no-store" }) }),
  });
}

export { handle as GET, handle as POST };
