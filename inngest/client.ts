/**
 * The Inngest client of every workflow. With keys of Inngest it speaks to Inngest; without, to the engine in this
 * process, signed all the same, for the endpoint is open to the world.
 */
import { hkdfSync } from "node:crypto";
import { Inngest } from "inngest";
import { env } from "../server/env.ts";
import { log } from "../server/log.ts";
import { Acting } from "./acting.ts";
import { embeddedFetch } from "./engine/embedded.ts";
import { origin } from "./engine/protocol.ts";
import { StepsSeen } from "./engine/steps-seen.ts";

/** Whether Inngest runs the workflows, and not the engine in this process. */
export function hosted(): boolean {
  return Boolean(env().INNGEST_EVENT_KEY && env().INNGEST_SIGNING_KEY);
}

/** What calls of the workflows are signed with. Every process of a portal derives the same one for its own engine. */
export function signingKey(): string {
  const { INNGEST_SIGNING_KEY, AUTH_SECRET } = env();
  if (hosted() && INNGEST_SIGNING_KEY) return INNGEST_SIGNING_KEY;
  const key = hkdfSync("sha256", AUTH_SECRET, "", "embedded workflow engine", 32);
  return `signkey-local-${Buffer.from(key).toString("hex")}`;
}

export const inngest = new Inngest({
  id: "client-certificate-portal",
  // Never the development mode, in which calls need no signature.
  isDev: false,
  logger: log,
  middleware: [Acting, StepsSeen],
  fetch: (input, init) => (hosted() ? fetch(input, init) : embeddedFetch(input, init)),
  // Getters, for a build imports this and has no settings.
  get eventKey() {
    return hosted() ? env().INNGEST_EVENT_KEY : "local";
  },
  get signingKey() {
    return signingKey();
  },
  get baseUrl() {
    return hosted() ? env().INNGEST_BASE_URL : origin;
  },
});
