/**
 * Other people's tools, which judge what we write: found on the machine, or not there. Under `CI=true` the small ones that
 * are missing are installed by apt; a test that needs one that is not there says so and is skipped.
 */
import { spawnSync } from "node:child_process";

const packages = {
  openssl: "openssl",
  certtool: "gnutls-bin",
  certutil: "libnss3-tools",
  pk12util: "libnss3-tools",
  keytool: "default-jre-headless",
} as const;
export type Tool = keyof typeof packages;

/** Java is too large to install for a test. */
const installable = new Set<string>(["openssl", "gnutls-bin", "libnss3-tools"]);

const found = new Map<Tool, boolean>();

/** Whether the tool is there; in CI it is first installed where that is possible. */
export function tool(name: Tool): boolean {
  const known = found.get(name);
  if (known !== undefined) return known;
  const there = onPath(name) || (process.env.CI === "true" && install(packages[name]) && onPath(name));
  if (!there) console.warn(`${name} is not installed (Debian: ${packages[name]}): its tests are skipped.`);
  found.set(name, there);
  return there;
}

function onPath(name: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$0"', name]).status === 0;
}

function install(name: string): boolean {
  if (!installable.has(name) || !onPath("apt-get")) return false;
  const wait = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update", ...wait], options);
  return spawnSync("apt-get", ["install", ...wait, "--no-install-recommends", name], options).status === 0;
}

/** Runs a tool and gives what it said, on both of its outputs, and whether it was content. */
export function run(
  name: Tool,
  args: readonly string[],
  options: { cwd?: string; input?: string | Uint8Array } = {},
): { ok: boolean; said: string } {
  const env = { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC" };
  const { status, stdout, stderr, error } = spawnSync(name, args, { ...options, env });
  if (error) throw error;
  return { ok: status === 0, said: `${stdout}${stderr}` };
}
