/** How the journeys' browser is started. */
import type { LaunchOptions } from "@playwright/test";
import { systemChromium } from "@/bin/browser.ts";

export const launchOptions: LaunchOptions = {
  executablePath: systemChromium(),
  // No sandbox within containers and as root; and no errand of the browser's own.
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ],
};
