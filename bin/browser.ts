/** The browser for the journeys: Debian's Chromium with a Japanese font where apt may install it, else Playwright's own. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";

/** Where a Chromium of the system is; undefined for Playwright's own. */
export function systemChromium(): string | undefined {
  return [process.env.CHROMIUM_PATH, "/usr/bin/chromium"].find((path) => path && existsSync(path));
}

/** Null when there is a browser, having installed one where possible; else what to do. */
export async function browserProblem(): Promise<string | null> {
  if (systemChromium() === undefined && !existsSync(chromium.executablePath())) install();
  else if (!speaksJapanese()) apt("fonts-noto-cjk");
  if (systemChromium() === undefined && !existsSync(chromium.executablePath())) {
    return "The journeys need a browser, and none could be installed: run `npx playwright install --with-deps chromium`, or on Debian `apt install chromium fonts-noto-cjk` as root, or set CHROMIUM_PATH to a Chromium, and start again.";
  }
  if (!speaksJapanese())
    console.warn("No Japanese font was found: pages will be tested with boxes for letters.");
  return null;
}

function install() {
  console.log("Installing a browser for the journeys, once.");
  // Ubuntu's package of that name is only a pointer to a snap.
  const debian =
    existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  if (debian && apt("chromium", "fonts-noto-cjk") && systemChromium()) return;
  const cli = join(import.meta.dirname, "..", "node_modules", "playwright", "cli.js");
  const needed = process.platform === "linux" && asRoot() !== null ? ["--with-deps"] : [];
  spawnSync(process.execPath, [cli, "install", ...needed, "chromium"], { stdio: "inherit" });
  if (!speaksJapanese()) apt("fonts-noto-cjk");
}

/** What to put before a command to run it as root; null when that is not ours. */
function asRoot(): string[] | null {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : null;
}

function apt(...packages: string[]): boolean {
  const before = asRoot();
  if (process.platform !== "linux" || before === null || spawnSync("apt-get", ["--version"]).status !== 0)
    return false;
  const run = (...args: string[]) => {
    const [command, ...rest] = [...before, "apt-get", ...args] as [string, ...string[]];
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    return spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"], env }).status === 0;
  };
  return run("update", "-qq") && run("install", "-y", "-qq", "--no-install-recommends", ...packages);
}

function speaksJapanese(): boolean {
  if (process.platform !== "linux") return true;
  return (spawnSync("fc-list", [":lang=ja"], { encoding: "utf8" }).stdout ?? "").trim() !== "";
}
