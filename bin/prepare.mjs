/** What has to be there before the project's own Node and packages are: plain JavaScript, on the machine's Node. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const windows = process.platform === "win32";

/** Ends on purpose, with one sentence that says what to do. */
export function refuse(sentence) {
  console.error(`\n${sentence}\n`);
  process.exit(1);
}

/** npm runs scripts through a shell, which does not hand on the signal that ends it: its end is ours too. */
export function endWithParent() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const look = () => process.ppid !== parent && process.kill(process.pid, "SIGTERM");
  setInterval(look, 300).unref();
}

/** Installs what is missing, and answers with the Node to go on with. */
export async function prepare() {
  if (!installed()) await install();
  return chooseNode();
}

/** Whether npm's own note of what it has installed, which it writes last, agrees with the lock file. */
function installed() {
  const note = join(modules, ".package-lock.json");
  if (!existsSync(note)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const there = JSON.parse(readFileSync(note, "utf8")).packages;
  const right = ([path, { version, optional }]) =>
    there[path] ? there[path].version === version : optional === true;
  return Object.entries(wanted)
    .filter(([path, { link, extraneous }]) => path !== "" && !link && !extraneous)
    .every(right);
}

function npm(args) {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script)) return [process.execPath, [script, ...args], {}];
  return [windows ? "npm.cmd" : "npm", args, { shell: windows }];
}

async function install() {
  const [command, args, options] = npm(["--version"]);
  const version = spawnSync(command, args, { ...options, encoding: "utf8" });
  if (version.status !== 0) refuse("npm was not found: install Node.js with npm from https://nodejs.org/.");
  if (Number.parseInt(version.stdout, 10) < 10) {
    refuse(`npm ${version.stdout.trim()} is too old: update it with \`npm install --global npm@11\`.`);
  }
  console.log(
    "Installing the packages; the first time this takes a few minutes. / 必要なものを入れています（数分）",
  );
  const started = Date.now();
  const tick = setInterval(() => {
    console.log(`  … ${Math.round((Date.now() - started) / 1000)} s`);
  }, 15_000);
  // What builds the portal is wanted in production too: it is built where it runs.
  const code = await run(...npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]));
  clearInterval(tick);
  if (code !== 0) {
    refuse(
      "The packages could not be installed (npm's own words are above): look at the network, a proxy, or the space on the disk, and start again.",
    );
  }
}

function run(command, args, options) {
  return new Promise((done) => {
    const child = spawn(command, args, { ...options, cwd: root, stdio: "inherit" });
    const end = (signal) => {
      child.kill(signal);
      process.exit(1);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, end);
    child.on("close", () => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, end);
    });
    child.on("error", () => done(1));
    child.on("close", (code) => done(code ?? 1));
  });
}

/** The project brings Node 24; where that cannot be, the machine's own will do if it runs TypeScript. */
function chooseNode() {
  const own = join(modules, "node", "bin", windows ? "node.exe" : "node");
  const answer = spawnSync(own, ["--version"], { encoding: "utf8" });
  if (answer.status === 0) return own;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  return refuse(
    `Node ${process.versions.node} is too old to run the portal, and the Node 24 that npm brings was not installed here: run \`npm rebuild node\`, or install Node 24 from https://nodejs.org/.`,
  );
}

/** The environment in which `node` and the commands of the packages are the project's own. */
export function environment(node) {
  const separator = windows ? ";" : ":";
  const path = [dirname(node), join(modules, ".bin"), process.env.PATH].join(separator);
  return { ...process.env, PATH: path };
}
