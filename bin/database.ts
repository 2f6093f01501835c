/** The portal's database, for a command beside it: the one that is set, or the one in the data folder, whether the portal runs or not. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { keysOf, lockFolder } from "./data-folder.ts";
import { startPostgres } from "./postgres.ts";
import { Refusal } from "./refusal.ts";

const root = join(import.meta.dirname, "..");

/** Settings of `.env` count as they do for `npm start`. */
export function loadSettings(): void {
  if (existsSync(join(root, ".env"))) process.loadEnvFile(join(root, ".env"));
}

/** Does it with the URL of the database. One that runs only for this is stopped again. */
export async function withDatabase<T>(deed: (url: string) => Promise<T>): Promise<T> {
  const set = process.env.DATABASE_URL;
  if (set) return deed(set);
  const folder = resolve(process.env.DATA_DIR || join(root, ".data"));
  if (!existsSync(join(folder, "postgres"))) {
    throw new Refusal(
      `There is no database in ${folder}: start the portal once, or set DATABASE_URL or DATA_DIR to where it is.`,
    );
  }
  const { POSTGRES_PASSWORD: password } = keysOf(folder);
  const lock = await lockFolder(folder).catch((error: unknown) => {
    if (error instanceof Refusal) return null;
    throw error;
  });
  // Whoever holds the folder runs the database.
  if (!lock) return deed(runningUrl(folder, password));
  const postgres = await startPostgres({ folder, password });
  try {
    return await deed(postgres.url("postgres"));
  } finally {
    await postgres.stop();
    lock.close();
  }
}

function runningUrl(folder: string, password: string): string {
  const note = join(folder, "postgres", "postmaster.pid");
  const port = existsSync(note) ? readFileSync(note, "utf8").split("\n")[3] : undefined;
  if (!port) throw new Refusal("The portal is only just starting: wait until it is ready, and try again.");
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
}
