import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failuresOfPlaywright, failuresOfVitest, writeFailures } from "@/bin/test-report.ts";
import { root } from "@/tests/support/sources.ts";

/** Of a project with the same packages. */
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "portal-test-report-")));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a runner of tests on a file, to its end; its report. */
function reportOf(file: string, text: string, command: readonly string[], env: Record<string, string> = {}) {
  const report = join(folder, `${file}.json`);
  writeFileSync(join(folder, file), text);
  const [script = "", ...args] = command;
  spawnSync(process.execPath, [join(root, "node_modules", script), ...args, file], {
    cwd: folder,
    env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  });
  return JSON.parse(readFileSync(report, "utf8"));
}

const vitest = (file: string) => [
  "vitest/vitest.mjs",
  "run",
  "--root=.",
  "--reporter=json",
  `--outputFile=${join(folder, `${file}.json`)}`,
];
const passing = 'test("passes", () => {});';
const failing = 'describe("outer", () => { test("fails", () => { expect(1 + 1).toBe(3); }); });';

test("names each test of Vitest's that failed, and says why", () => {
  const text = `import { describe, expect, test } from "vitest";\n${passing}\n${failing}`;
  const failures = failuresOfVitest(reportOf("one.test.ts", text, vitest("one.test.ts")));
  expect(failures).toHaveLength(1);
  expect(failures[0]?.name).toMatch(/one\.test\.ts › outer fails$/);
  expect(failures[0]?.message).toContain("expected 2 to be 3");
});

test("names a file that Vitest could not load", () => {
  const text = 'throw new Error("not to be loaded");';
  const failures = failuresOfVitest(reportOf("two.test.ts", text, vitest("two.test.ts")));
  expect(failures).toEqual([
    { name: expect.stringMatching(/two\.test\.ts$/), message: expect.stringContaining("not to be loaded") },
  ]);
});

test("names each journey that failed, and says why", () => {
  const text = `import { expect, test } from "@playwright/test";\n${passing}\n${failing.replaceAll("describe", "test.describe")}`;
  const command = ["@playwright/test/cli.js", "test", "--reporter=json"];
  const failures = failuresOfPlaywright(reportOf("three.spec.ts", text, command, { FORCE_COLOR: "1" }));
  expect(failures).toEqual([
    { name: "three.spec.ts › outer › fails", message: expect.stringMatching(/^Error: expect\(received\)/) },
  ]);
  expect(failures[0]?.message).not.toContain("\u001b");
  expect(writeFailures("journeys", failures)).toMatch(
    /^journeys › three\.spec\.ts › outer › fails\n {4}Error: expect/,
  );
});

test("says what the page told as a journey failed", () => {
  const notes = join(folder, "notes.md");
  const lines = [
    "# Page snapshot",
    "",
    "```yaml",
    '- heading "Application" [level=1]',
    "- paragraph: Much else",
  ];
  writeFileSync(
    notes,
    [...lines, "- alert:", "  - paragraph: Not saved.", "- paragraph: More", "```"].join("\n"),
  );
  const text = `import { expect, test } from "@playwright/test";
    test("fails", async ({}, { attachments }) => {
      attachments.push({ name: "error-context", contentType: "text/markdown", path: ${JSON.stringify(notes)} });
      expect(1 + 1).toBe(3);
    });`;
  const command = ["@playwright/test/cli.js", "test", "--reporter=json"];
  const [failure] = failuresOfPlaywright(reportOf("four.spec.ts", text, command));
  const told = '- heading "Application" [level=1]\n- alert:\n  - paragraph: Not saved.';
  expect(failure?.message).toMatch(/^Error: expect\(received\)/);
  expect(failure?.message.endsWith(told)).toBe(true);
});

test("says what failed before any journey", () => {
  const failures = failuresOfPlaywright({ suites: [], errors: [{ message: "the portal did not start" }] });
  expect(writeFailures("journeys", failures)).toBe("journeys\n    the portal did not start");
});
