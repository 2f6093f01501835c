/** Where workflows are executed, by Inngest or the embedded engine. Calls without a valid signature are refused. */
import { serve } from "inngest/next";
import { NextRequest } from "next/server";
import { inngest } from "@/inngest/client.ts";
import { functions } from "@/inngest/functions/index.ts";
import { bounded } from "@/server/body.ts";
import { env } from "@/server/env.ts";

type Serve = ReturnType<typeof serve>;
let made: Serve | undefined;

/** Made at the first call: a build imports this and has no settings. */
function handler(): Serve {
  made ??= serve({
    client: inngest,
    functions,
    // Else a stranger's Host header could register the stranger's URL with our key.
    serveOrigin: env().BASE_URL,
    enableUnauthedSync: false,
  });
  return made;
}

export const dynamic = "force-dynamic";
/** Seconds, where functions have an end (Vercel): a step may read a whole federation's metadata, or wait for a slow mail server. */
export const maxDuration = 300;

/** As much as Inngest itself sends at most. Who calls is known only once the whole body has been read. */
const bodyLimit = 4 * 1024 * 1024;

async function take(method: "POST" | "PUT", request: NextRequest, context: unknown): Promise<Response> {
  const asked = await bounded(request, bodyLimit);
  if (!asked) return new Response(null, { status: 413 });
  return handler()[method](new NextRequest(asked), context);
}

export const GET = (request: NextRequest, context: unknown) => handler().GET(request, context);
export const POST = (request: NextRequest, context: unknown) => take("POST", request, context);
export const PUT = (request: NextRequest, context: unknown) => take("PUT", request, context);
