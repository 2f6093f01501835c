/** What is made ready when a server process starts, so that no member waits for it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { env } from "./env.ts";
import { federationReady } from "./federation/metadata/refresh.ts";
import { federation } from "./federation/world.ts";
import { log } from "./log.ts";
import { measure } from "./metrics/registry.ts";
import { localCa, ownCa } from "./wiring.ts";

/** Mail that nobody is sent is a certificate that nobody gets: said once at each start of a portal that others reach. */
function warnOfUnsentMail(): void {
  const { BASE_URL, RESEND_API_KEY, SMTP_URL } = env();
  if (RESEND_API_KEY || SMTP_URL || new URL(BASE_URL).hostname === "localhost") return;
  log.warn(
    "No mail leaves this machine: set RESEND_API_KEY or SMTP_URL. Until then mails are only written to the outbox folder.",
  );
}

type Ahead = (request: IncomingMessage, response: ServerResponse) => boolean;

/** For a server of our own (bin/web.ts), which asks it before it asks Next.js: a page costs a hundred times what these answers cost. */
function answerAhead(): void {
  const kept = globalThis as { portalAhead?: Ahead };
  kept.portalAhead = (request, response) => {
    measure(request, response);
    return localCa().answerAhead(request, response);
  };
}

/** Returns at once. What fails here is done by whoever needs it first. */
export function prepare(): void {
  answerAhead();
  warnOfUnsentMail();
  ownCa()
    .then((ca) => ca?.prepare())
    .catch((err) => log.error({ err }, "the CA could not be made ready"));
  federationReady(federation(), { anew: true }).catch((err) =>
    log.error({ err }, "the federation could not be made ready"),
  );
}
