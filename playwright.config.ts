import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { freePort } from "./bin/free-port.ts";
import { launchOptions } from "./tests/support/browser.ts";

// The workers read this file too: the first to read it decides for all.
process.env.PORTAL_PORT ??= String(await freePort());
process.env.PORTAL_UPKI_PORT ??= String(await freePort());
process.env.PORTAL_LOCK_PORT ??= String(await freePort());
process.env.PORTAL_DATA_DIR ??= mkdtempSync(join(tmpdir(), "portal-e2e-"));

type Portal = { name: string; baseURL: string; dataFolder: string; port: string; options: string };

function portal(name: string, port: string, options = ""): Portal {
  const dataFolder = join(process.env.PORTAL_DATA_DIR as string, name);
  return { name, port, dataFolder, options, baseURL: `http://localhost:${port}` };
}

/** With its own CA, and with a stand-in of NII's service. */
const own = portal("own", process.env.PORTAL_PORT);
const upki = portal("upki", process.env.PORTAL_UPKI_PORT, " --upki --upki-queue=1");

export default defineConfig({
  testDir: "tests/e2e",
  globalTeardown: "./tests/support/remove-data.ts",
  // They share two portals, and this machine may be small.
  workers: 2,
  // A journey has axe look at each of its pages, at a desk and on a phone.
  timeout: 240_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  outputDir: "test-results",
  use: {
    browserName: "chromium",
    launchOptions, // It takes a sixth of the time, and nobody opens one on a machine that is gone.
    trace: process.env.CI ? "off" : "retain-on-failure",
    locale: "ja-JP",
  },
  projects: [
    {
      name: own.name,
      testIgnore: "upki*.spec.ts",
      use: { baseURL: own.baseURL },
      metadata: { dataFolder: own.dataFolder },
    },
    {
      name: upki.name,
      testMatch: "upki*.spec.ts",
      // The stand-in's TLS certificate is its own.
      use: { baseURL: upki.baseURL, ignoreHTTPSErrors: true },
      metadata: { dataFolder: upki.dataFolder },
    },
  ],
  webServer: [own, upki].map(({ port, dataFolder, baseURL, options }) => ({
    command: `node bin/start.mjs${options}`,
    env: {
      PORT: port,
      DATA_DIR: dataFolder,
      BASE_URL: "",
      DATABASE_URL: "",
      // A few people stand for everybody.
      CLIENT_CERTIFICATE_LIMIT: "100",
    },
    url: `${baseURL}/api/ready`,
    timeout: 300_000,
    gracefulShutdown: { signal: "SIGTERM" as const, timeout: 15_000 },
    stdout: "ignore" as const,
    stderr: "pipe" as const,
  })),
});
