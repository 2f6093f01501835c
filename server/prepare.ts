/** What is made ready when a server process starts, so that no member waits for it. */
import { federationReady } from "./federation/refresh.ts";
import { federation } from "./federation/world.ts";
import { log } from "./log.ts";
import { localCa } from "./wiring.ts";

/** Returns at once. What fails here is done by whoever needs it first. */
export function prepare(): void {
  localCa()
    .prepare()
    .catch((err) => log.error({ err }, "the CA could not be made ready"));
  federationReady(federation()).catch((err) => log.error({ err }, "the federation could not be made ready"));
}
