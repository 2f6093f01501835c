/**
 * Other people's tools, which judge what we write: found on the machine, or not there. Under `CI=true` the small ones that
 * are missing are installed by apt; a test that needs one that is not there says so and is skipped.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

/** Debian's package of each, and how it is told from another program of the same name, such as LibreSSL or Windows' certutil. */
const tools = {
  openssl: { package: "openssl", ask: "version", hear: /^OpenSSL [3-9]/ },
  certtool: { package: "gnutls-bin", ask: "--version", hear: /^certtool 3/ },
  ocsptool: { package: "gnutls-bin", ask: "--version", hear: /^ocsptool 3/ },
  certutil: { package: "libnss3-tools", ask: "-H", hear: /Add a certificate to the database/ },
  cmsutil: { package: "libnss3-tools", ask: "-H", hear: /create a CMS encrypted data message/ },
  pk12util: { package: "libnss3-tools", ask: "-H", hear: /pk12util -i/ },
  keytool: { package: "default-jre-headless", ask: "-help", hear: /Certificate Management Tool/ },
  cfssl: { package: "golang-cfssl", ask: "version", hear: /^Version: / },
  gpgsm: { package: "gpgsm gpg-agent", ask: "--version", hear: /^gpgsm \(GnuPG\) 2/ },
  curl: { package: "curl", ask: "--version", hear: /^curl / },
  nginx: { package: "nginx-light", ask: "-v", hear: /nginx\/1\.(19|[2-9]\d)/ },
  freeradius: { package: "freeradius", ask: "-v", hear: /FreeRADIUS Version 3/ },
  eapol_test: { package: "eapoltest", ask: "-v", hear: /^eapol_test / },
  // An HSM in software, with its module for PKCS #11.
  "softhsm2-util": { package: "softhsm2", ask: "--version", hear: /^2\.\d/ },
  // With its compiler, so that it runs a program from its source.
  java: { package: "default-jdk-headless", ask: "--list-modules", hear: /^jdk\.compiler/m },
  xmlsec1: { package: "xmlsec1", ask: "--version", hear: /^xmlsec1 / },
  // With the schemas of SAML, which it validates against.
  xmllint: {
    package: "libxml2-utils opensaml-schemas xmltooling-schemas",
    ask: "--version",
    hear: /using libxml/,
    beside: "/usr/share/xml/opensaml/saml-schema-metadata-2.0.xsd",
  },
  // Its settings are written otherwise since 2.4.
  dovecot: { package: "dovecot-imapd", ask: "--version", hear: /^2\.3\./ },
  // With what a SAML service in PHP works with.
  php: { package: "php-cli php-xml php-mbstring", ask: "-m", hear: /^dom$.*^mbstring$.*^openssl$/ms },
} as const;
export type Tool = keyof typeof tools;

/** Java is too large to install for a test. */
const installable = new Set<string>([
  "openssl",
  "gnutls-bin",
  "libnss3-tools",
  "gpgsm gpg-agent",
  "curl",
  "nginx-light",
  "freeradius",
  "eapoltest",
  "softhsm2",
  "xmlsec1",
  "libxml2-utils opensaml-schemas xmltooling-schemas",
  "dovecot-imapd",
  "php-cli php-xml php-mbstring",
]);

const found = new Map<Tool, boolean>();

/** Services are in a folder that only root has in its path. */
export const withServices = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

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
  const { ask, hear, beside = "/" }: { ask: string; hear: RegExp; beside?: string } = tools[name];
  const { stdout, stderr } = spawnSync(name, [ask], { encoding: "utf8", env: withServices });
  return hear.test(`${stdout ?? ""}${stderr ?? ""}`) && existsSync(beside);
}

/** Other runs of apt are waited for. `names`: one package or several. */
function install(names: string): boolean {
  return (
    installable.has(names) && apt("update") && apt("install", "--no-install-recommends", ...names.split(" "))
  );
}

/** What keeps a package that brings a service from starting it: asked by Debian, it answers no for as long as it is there. */
const withoutServices = `policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod 755 $policy
fi
"$@"`;

/** As root, or where sudo asks nothing. */
function apt(...args: string[]): boolean {
  const command = process.getuid?.() === 0 ? ["sh"] : ["sudo", "-n", "sh"];
  const [program = "", ...before] = command;
  const options = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
  const all = [...before, "-c", withoutServices, "sh", "apt-get", ...args, ...options];
  return spawnSync(program, all, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } }).status === 0;
}

/** In CI: the files of a package in a folder, without installing it, for installed it would bring a web server along. */
export function unpackedPackage(name: string, folder: string): boolean {
  if (process.env.CI !== "true") {
    console.warn(`${name} is not here (Debian: ${name}): its tests are skipped.`);
    return false;
  }
  const done = (program: string, ...args: string[]) => spawnSync(program, args, { cwd: folder }).status === 0;
  const download = () => done("apt-get", "download", name, "-o", "APT::Sandbox::User=root");
  if (!download() && !(apt("update") && download())) return false;
  const archive = readdirSync(folder).find((file) => file.startsWith(`${name}_`));
  return archive !== undefined && done("dpkg-deb", "--extract", archive, folder);
}

/** Runs a tool and gives what it said, on both of its outputs, and whether it was content. */
export function run(
  name: Tool,
  args: readonly string[],
  options: { cwd?: string; input?: string | Uint8Array } = {},
): { ok: boolean; said: string } {
  const env = { ...withServices, LC_ALL: "C.UTF-8", TZ: "UTC" };
  const { status, stdout, stderr, error } = spawnSync(name, args, { ...options, env });
  if (error) throw error;
  return { ok: status === 0, said: `${stdout}${stderr}` };
}
