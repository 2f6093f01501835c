/** Mails of NII's service, as a mail server's pipe hands them on: one mail (RFC 5322) a request, with the shared secret. */
import { takePosted } from "@/server/ca/upki/door.ts";
import { log } from "@/server/log.ts";
import { upki } from "@/server/wiring.ts";

export const dynamic = "force-dynamic";

export async function POST(request: Request): Promise<Response> {
  try {
    return await takePosted(upki(), request);
  } catch (err) {
    // The mail server keeps it and comes again.
    log.error({ err }, "a mail of NII's service could not be kept");
    return new Response("The mail was not kept. Send it again later.\n", {
      status: 503,
      headers: { "Retry-After": "60" },
    });
  }
}
