import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { freePort } from "./bin/free-port.ts";
import { launchOptions } from "./tests/support/browser.ts";

// The workers read this file too: the first to read it decides for all.
process.env.PORTAL_PORT ??= String(await freePort());
process.env.PORTAL_LOCK_PORT ??= String(await freePort());
process.env.PORTAL_DATA_DIR ??= mkdtempSync(join(tmpdir(), "portal-e2e-"));
const port = process.env.PORTAL_PORT;
const baseURL = `http://localhost:${port}`;

export default defineConfig({
  testDir: "tests/e2e",
  globalTeardown: "./tests/support/remove-data.ts",
  // They share one portal, and this machine may be small.
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  outputDir: "test-results",
  use: { baseURL, browserName: "chromium", launchOptions, trace: "retain-on-failure", locale: "ja-JP" },
  webServer: {
    command: "node bin/start.mjs",
    env: {
      PORT: port,
      DATA_DIR: process.env.PORTAL_DATA_DIR,
      BASE_URL: "",
      DATABASE_URL: "",
      // A few people stand for everybody.
      CLIENT_CERTIFICATE_LIMIT: "100",
    },
    url: `${baseURL}/api/health`,
    timeout: 300_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 15_000 },
    stdout: "ignore",
    stderr: "pipe",
  },
});
