/** What Vitest and Playwright write down of a run, read for what failed in it. */
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** A test that failed, and the beginning of what was said of it. */
export type Failure = { name: string; message: string };

type VitestReport = {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages?: string[] | null }[];
  }[];
};

/** From `--reporter=json`. A file that could not be loaded has no failed test: it is named itself. */
export function failuresOfVitest({ testResults }: VitestReport): Failure[] {
  return testResults
    .filter(({ status }) => status === "failed")
    .flatMap(({ name: path, message, assertionResults }) => {
      const name = relative(process.cwd(), path);
      const failed = assertionResults.filter(({ status }) => status === "failed");
      if (failed.length === 0) return [failure([name], message)];
      return failed.map(({ fullName, failureMessages }) => failure([name, fullName], failureMessages?.[0]));
    });
}

type PlaywrightError = { message?: string };
type PlaywrightResult = {
  errors?: PlaywrightError[];
  attachments?: { name: string; path?: string }[];
};
type PlaywrightSuite = {
  title: string;
  specs: { title: string; ok: boolean; tests: { results: PlaywrightResult[] }[] }[];
  suites?: PlaywrightSuite[];
};

/** From `--reporter=json`. What failed outside of any test, such as a portal that did not start, has no name. */
export function failuresOfPlaywright(report: {
  suites: PlaywrightSuite[];
  errors?: PlaywrightError[];
}): Failure[] {
  const outside = (report.errors ?? []).map(({ message }) => failure([], message));
  return [...outside, ...report.suites.flatMap((suite) => failuresIn(suite, []))];
}

function failuresIn({ title, specs, suites = [] }: PlaywrightSuite, above: readonly string[]): Failure[] {
  const path = [...above, title];
  const failed = specs.filter(({ ok }) => !ok);
  return [
    ...failed.map(({ title, tests }) => {
      const results = tests.flatMap(({ results }) => results);
      const [error] = results.flatMap(({ errors = [] }) => errors);
      const { name, message } = failure([...path, title], error?.message);
      return { name, message: [message, ...results.flatMap(toldByPage)].join("\n") };
    }),
    ...suites.flatMap((suite) => failuresIn(suite, path)),
  ];
}

/** What the page said as the journey failed, by Playwright's notes: its headings, and what would be read aloud by itself. */
function toldByPage({ attachments = [] }: PlaywrightResult): string[] {
  const notes = attachments.find(({ name }) => name === "error-context")?.path;
  if (!notes || !existsSync(notes)) return [];
  let within = -1;
  return readFileSync(notes, "utf8")
    .split("\n")
    .filter((line) => {
      const depth = line.search(/\S/);
      if (within < 0 || depth <= within) within = /^ *- (alert|heading|status)\b/.test(line) ? depth : -1;
      return within >= 0;
    });
}

const linesKept = 12;

function failure(path: readonly string[], message = ""): Failure {
  const lines = stripVTControlCharacters(message).split("\n").slice(0, linesKept);
  return { name: path.join(" › "), message: lines.join("\n").trimEnd() };
}

/** As they stand at the end of `npm test`, where whoever reads only that finds them. */
export function writeFailures(part: string, failures: readonly Failure[]): string {
  return failures
    .map(
      ({ name, message }) =>
        `${[part, name].filter(Boolean).join(" › ")}\n${message.replaceAll(/^(?=.)/gm, "    ")}`,
    )
    .join("\n\n");
}
