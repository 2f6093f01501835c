/**
 * Other people's tools, which judge what we write: found on the machine, or not there. Under `CI=true` the small ones that
 * are missing are installed by apt; a test that needs one that is not there says so and is skipped.
 */
import { spawnSync } from "node:child_process";

/** Debian's package of each, and how it is told from another program of the same name, such as LibreSSL or Windows' certutil. */
const tools = {
  openssl: { package: "openssl", ask: "version", hear: /^OpenSSL [3-9]/ },
  certtool: { package: "gnutls-bin", ask: "--version", hear: /^certtool 3/ },
  certutil: { package: "libnss3-tools", ask: "-H", hear: /Add a certificate to the database/ },
  pk12util: { package: "libnss3-tools", ask: "-H", hear: /pk12util -i/ },
  keytool: { package: "default-jre-headless", ask: "-help", hear: /Certificate Management Tool/ },
  xmlsec1: { package: "xmlsec1", ask: "--version", hear: /^xmlsec1 / },
} as const;
export type Tool = keyof typeof tools;

/** Java is too large to install for a test. */
const installable = new Set<string>(["openssl", "gnutls-bin", "libnss3-tools", "xmlsec1"]);

const found = new Map<Tool, boolean>();

/** Whether the tool is there; in CI it is first installed where that is possible. */
export function tool(name: Tool): boolean {
  const known = found.get(name);
  if (known !== undefined) return known;
  const there = answers(name) || (process.env.CI === "true" && install(tools[name].package) && answers(name));
  if (!there) console.warn(`${name} is not here (Debian: ${tools[name].package}): its tests are skipped.`);
  found.set(name, there);
  return there;
}

function answers(name: Tool): boolean {
  const { stdout, stderr } = spawnSync(name, [tools[name].ask], { encoding: "utf8" });
  return tools[name].hear.test(`${stdout ?? ""}${stderr ?? ""}`);
}

/** As root, or where sudo asks nothing. Other runs of apt are waited for. */
function install(name: string): boolean {
  if (!installable.has(name)) return false;
  const command = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "-n", "apt-get"];
  const apt = (...args: string[]) => {
    const [program = "", ...before] = command;
    const options = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
    return spawnSync(program, [...before, ...args, ...options]).status === 0;
  };
  return apt("update") && apt("install", "--no-install-recommends", name);
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
