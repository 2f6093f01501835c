import { join } from "node:path";
import { defineConfig } from "vitest/config";

const here = import.meta.dirname;
const alias = [
  { find: /^@\//, replacement: `${here}/` },
  { find: /^server-only$/, replacement: join(here, "tests/support/empty.ts") },
];

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["tests/*.test.ts", "tests/unit/**/*.test.{ts,tsx}"],
          // Some ask other people's tools, which a busy machine takes its time to start.
          testTimeout: 30_000,
          // It imports `next/server` without an extension, which Node alone does not find.
          server: { deps: { inline: ["next-intl"] } },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.{ts,tsx}"],
          globalSetup: ["tests/support/postgres.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // As long as a busy machine may take: what is waited for comes, or the test fails.
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        extends: true,
        // Needs a build: `npm test -- build start`.
        test: {
          name: "start",
          include: ["tests/start/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
