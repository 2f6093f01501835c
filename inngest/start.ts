/** The workflows at work in this process, unless Inngest has them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "inngest/edge";
import { env } from "../server/env.ts";
import { log } from "../server/log.ts";
import { ports } from "../server/wiring.ts";
import { hosted, inngest, signingKey } from "./client.ts";
import { startEmbedded } from "./engine/embedded.ts";
import { functions } from "./functions/index.ts";

/** Returns at once. */
export function startWorkflows(): void {
  if (hosted()) return;
  startEmbedded(
    { databaseUrl: env().DATABASE_URL, signingKey: signingKey(), log, version: buildId() },
    () => serve({ client: inngest, functions, enableUnauthedSync: false }),
    () => ports().wakeOutbox(),
  );
}

/** What `next build` called this build; none in development, where the functions' configuration has to do. */
function buildId(): string | undefined {
  try {
    return readFileSync(join(/* turbopackIgnore: true */ process.cwd(), ".next", "BUILD_ID"), "utf8").trim();
  } catch {
    return undefined;
  }
}
