/** All tests, part by part; a part that fails does not keep the next from running. `npm test -- unit journeys` runs only those. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserProblem } from "./browser.ts";
import { build, isBuilt } from "./build.ts";
import { generateClient } from "./generate.ts";
import { type Failure, failuresOfPlaywright, failuresOfVitest, writeFailures } from "./test-report.ts";

/** `failures`: of those that failed, as far as a report names them. */
type Count = { passed: number; failed: number; failures?: Failure[] };

const root = join(import.meta.dirname, "..");
const modules = join(root, "node_modules");
const reports = mkdtempSync(join(tmpdir(), "portal-reports-"));

const parts: Record<string, () => Promise<Count>> = {
  lint: () =>
    whole(join(modules, "@biomejs/biome/bin/biome"), [
      "ci",
      "--error-on-warnings",
      ...(process.stdout.isTTY ? [] : ["--colors=off"]),
    ]),
  types: () => whole(join(modules, "typescript/bin/tsc"), ["--noEmit", "--incremental", "false"]),
  unit: () => vitest("unit"),
  integration: () => vitest("integration"),
  build: async () => {
    if (!isBuilt()) await build("failure");
    return { passed: 1, failed: 0 };
  },
  start: () => vitest("start"),
  journeys,
};

/** Runs a command of the packages; its exit code. */
function run(script: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    child.once("error", () => done(1));
    child.once("close", (code) => done(code ?? 1));
  });
}

/** A command that passes or fails as a whole. */
async function whole(script: string, args: string[]): Promise<Count> {
  return (await run(script, args)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function vitest(project: string): Promise<Count> {
  const report = join(reports, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const code = await run(join(modules, "vitest/vitest.mjs"), ["run", "--project", project, ...reporters]);
  const seen = JSON.parse(readFileSync(report, "utf8"));
  // A file that could not even be loaded has no failed test in it.
  const failed = seen.numFailedTests || (code === 0 ? 0 : 1);
  return { passed: seen.numPassedTests, failed, failures: failuresOfVitest(seen) };
}

async function journeys(): Promise<Count> {
  const problem = await browserProblem();
  if (problem) throw new Error(problem);
  const report = join(reports, "journeys.json");
  const code = await run(join(modules, "@playwright/test/cli.js"), ["test", "--reporter=list,json"], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  const seen = JSON.parse(readFileSync(report, "utf8"));
  const { expected, flaky, unexpected } = seen.stats;
  const failed = unexpected || (code === 0 ? 0 : 1);
  return { passed: expected + flaky, failed, failures: failuresOfPlaywright(seen) };
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}: choose from ${Object.keys(parts).join(", ")}.`);
  process.exit(1);
}
const total = { passed: 0, failed: 0 };
const lines: string[] = [];
const failed: string[] = [];
generateClient();
for (const [name, part] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n── ${name} ──`);
  const began = Date.now();
  const count: Count = await part().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1 };
  });
  total.passed += count.passed;
  total.failed += count.failed;
  const seconds = Math.round((Date.now() - began) / 1000);
  lines.push(`${name}: ${count.passed} passed, ${count.failed} failed (${seconds} s)`);
  if (count.failures?.length) failed.push(writeFailures(name, count.failures));
}
rmSync(reports, { recursive: true, force: true });
if (failed.length > 0) console.log(`\n── failed ──\n\n${failed.join("\n\n")}`);
console.log(`\n${lines.join("\n")}\n\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
