/** The portal from nothing to its first page, and back: everything it starts it also stops. Started by bin/start.mjs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readEnv, SettingsError } from "../server/env.ts";
import { build, isBuilt } from "./build.ts";
import { type Keys, keysOf, lockFolder, openFolder } from "./data-folder.ts";
import { isForTrying } from "./defaults.ts";
import { generateClient } from "./generate.ts";
import { endForerunner, type Postgres, startPostgres } from "./postgres.ts";
import { Refusal } from "./refusal.ts";
import { applyMigrations } from "./schema-engine.ts";
import { openUpkiDemo, type UpkiDemo } from "./upki.ts";
import { checkPort, hostsFor, openWeb, type Web } from "./web.ts";
import { greeting, healthy, say } from "./words.ts";

const root = join(import.meta.dirname, "..");
const dev = process.argv.includes("--dev");
/** With a stand-in of NII's service as the CA; its data lie apart from those of the portal's own. */
const withUpki = process.argv.includes("--upki");
const running: { web?: Promise<Web>; postgres?: Promise<Postgres>; upki?: Promise<UpkiDemo> } = {};
let isOpen = false;
let ending: Promise<void> | undefined;

/** Ends what runs, the youngest first; a sentence says why when nobody asked for it. */
function end(code: number, sentence?: string): Promise<void> {
  ending ??= (async () => {
    if (sentence) console.error(`\n${sentence}\n`);
    else say("Stopping. / 停止しています");
    // What is still on its way up is ended as soon as it is there.
    await running.web?.then((web) => web.close()).catch(() => {});
    await running.upki?.then((upki) => upki.close()).catch(() => {});
    await running.postgres?.then((postgres) => postgres.stop()).catch(() => {});
    process.exit(code);
  })();
  return ending;
}

function watchForTheEnd() {
  let since = 0;
  const asked = () => {
    if (ending && Date.now() - since > 2000) process.exit(1);
    since ||= Date.now();
    void end(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, asked);
  process.on("disconnect", asked);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      // Once the end has begun, connections that break are no news; before the first page nothing may go wrong.
      if (ending) return;
      if (isOpen) console.error(error);
      else void end(1, sentenceFor(error));
    });
  }
}

function sentenceFor(error: unknown): string {
  if (error instanceof Refusal || error instanceof SettingsError) return error.message;
  return `The portal ended because of an error: ${error instanceof Error ? (error.stack ?? error.message) : error}`;
}

const isSet = (name: string) => (process.env[name] ?? "") !== "";

/** With everything set that would else lie in it, no folder is needed: a container may be read-only. */
const needsFolder = () =>
  !["DATABASE_URL", "AUTH_SECRET", "SEALING_KEY"].every(isSet) ||
  !(isSet("RESEND_API_KEY") || isSet("SMTP_URL"));

/** What is not set stands for the portal on one's own machine. */
function settings(port: number, keys?: Keys) {
  const set = (name: string, value: string | undefined) => {
    if (!isSet(name) && value !== undefined) process.env[name] = value;
  };
  const ownDatabase = !isSet("DATABASE_URL");
  set("BASE_URL", `http://localhost:${port}`);
  if (isForTrying(process.env)) set("DEMO_FEDERATION", "true");
  set("AUTH_SECRET", keys?.AUTH_SECRET);
  // The one before belongs to that of the folder, and to no other.
  if (!isSet("SEALING_KEY")) set("SEALING_KEY_PREVIOUS", keys?.SEALING_KEY_PREVIOUS);
  set("SEALING_KEY", keys?.SEALING_KEY);
  const later = ownDatabase ? { DATABASE_URL: "postgresql://127.0.0.1/portal" } : {};
  return { env: readEnv({ ...process.env, ...later }), ownDatabase };
}

async function openDatabase(folder: string, password: string) {
  say("Starting the database. / データベースを起動しています");
  running.postgres = startPostgres({ folder, password });
  const postgres = await running.postgres;
  postgres.ended.then((sentence) => end(1, sentence));
  process.env.DATABASE_URL = postgres.url("postgres");
}

async function migrate() {
  try {
    await applyMigrations(process.env.DATABASE_URL as string);
  } catch (error) {
    throw new Refusal(
      `The database could not be brought up to date: ${error instanceof Error ? error.message.trim() : error}`,
    );
  }
}

async function makeProgram() {
  if (dev) return generateClient();
  if (isBuilt()) return;
  say("Building the portal; this takes a minute or two, once. / 画面を作っています（1〜2分）");
  await build("failure");
}

function homeFolder(): string {
  return process.env.DATA_DIR || join(root, withUpki ? ".data-upki" : ".data");
}

async function start() {
  if (existsSync(join(root, ".env"))) process.loadEnvFile(join(root, ".env"));
  const folder = needsFolder() ? openFolder(homeFolder()) : undefined;
  const port = await checkPort(process.env.PORT || "3000");
  const lock = folder && (await lockFolder(folder));
  const keys = folder ? keysOf(folder) : undefined;
  if (folder) process.env.DATA_DIR = folder;
  if (withUpki && folder) {
    running.upki = openUpkiDemo(folder, port);
    await running.upki;
  }
  const { env, ownDatabase } = settings(port, keys);
  const own =
    ownDatabase && folder && keys ? openDatabase(folder, keys.POSTGRES_PASSWORD) : Promise.resolve();
  const database = own.then(migrate);
  await Promise.all([database, makeProgram()]);
  say("Opening the portal. / ポータルを開いています");
  running.web = openWeb({ root, dev, port, hosts: hostsFor(env), trustProxy: env.TRUST_PROXY });
  await running.web;
  await healthy(port);
  isOpen = true;
  greeting(env, (await running.upki)?.url);
  return lock;
}

if (process.argv.includes("--tidy")) {
  if (existsSync(join(root, ".env"))) process.loadEnvFile(join(root, ".env"));
  await endForerunner(join(homeFolder(), "postgres"));
} else {
  watchForTheEnd();
  start().catch((error: unknown) => end(1, sentenceFor(error)));
}
