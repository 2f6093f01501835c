/** For journeys that set what others must not be asked: a portal of their own, one for each worker. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@/bin/free-port.ts";
import { StartedPortal } from "@/tests/support/portal.ts";
import { test as shared } from "./portal.ts";

export const test = shared.extend<object, { ownPortal: StartedPortal }>({
  ownPortal: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to know what is asked for
    async ({}, use, { project }) => {
      const data = mkdtempSync(join(tmpdir(), "portal-of-its-own-"));
      const portal = new StartedPortal({ PORT: String(await freePort()), DATA_DIR: data });
      await portal.ready();
      // Where its mails are.
      project.metadata.dataFolder = data;
      await use(portal);
      await portal.interrupt();
      rmSync(data, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 300_000 },
  ],
  baseURL: ({ ownPortal }, use) => use(ownPortal.baseUrl),
});
