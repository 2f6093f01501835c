/** The procedures over HTTP, for what a page asks after it has been loaded. */
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { requestContext } from "@/server/api/context.ts";
import { appRouter } from "@/server/api/root.ts";

/** No procedure takes more: a memo of 200 characters is the largest input there is. */
const bodyLimit = 16 * 1024;

async function handle(request: Request): Promise<Response> {
  if (request.method === "POST" && !(Number(request.headers.get("content-length")) <= bodyLimit)) {
    return new Response(null, { status: 413 });
  }
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: requestContext,
    responseMeta: () => ({ headers: new Headers({ "cache-control": "no-store" }) }),
  });
}

export { handle as GET, handle as POST };
