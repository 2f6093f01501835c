/** The database of this folder or of these settings, for commands that work on it whether the portal runs or not. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { actingAs } from "../server/audit/actor.ts";
import { type Keys, keysOf, lockFolder, openFolder } from "./data-folder.ts";
import { runningPostgres, startPostgres } from "./postgres.ts";
import { Refusal } from "./refusal.ts";
import { applyMigrations } from "./schema-engine.ts";

/** `keys` are those of the data folder, and `folder` where it is; null where the database is one that is set. `stopped`: no portal runs on it. */
export type OwnDatabase = { url: string } & (
  | { keys: Keys; folder: string; stopped: boolean }
  | { keys: null; folder: null; stopped: null }
);

const root = join(import.meta.dirname, "..");

/**
 * Where nothing else is set it is the embedded one: that of the running portal, or started for the while. What is done with it the audit
 * names the command for.
 */
export function withOwnDatabase<Answer>(use: (own: OwnDatabase) => Promise<Answer>): Promise<Answer> {
  const [, file = ""] = process.argv;
  const command = { role: "command", id: `npm run ${basename(file, ".ts")}` } as const;
  return actingAs(command, () => open(use));
}

async function open<Answer>(use: (own: OwnDatabase) => Promise<Answer>): Promise<Answer> {
  if (existsSync(join(root, ".env"))) process.loadEnvFile(join(root, ".env"));
  if (process.env.DATABASE_URL)
    return use({ url: process.env.DATABASE_URL, keys: null, folder: null, stopped: null });

  const folder = resolve(process.env.DATA_DIR || join(root, ".data"));
  if (!existsSync(join(folder, "postgres")))
    throw new Refusal(
      `There is no portal in ${folder} yet: start it once with \`npm start\`, or set DATABASE_URL, SEALING_KEY and BASE_URL to those of yours. / ${folder} にはまだポータルがありません。一度 \`npm start\` で起動するか、DATABASE_URL、SEALING_KEY、BASE_URL を設定してください。`,
    );
  const keys = keysOf(openFolder(folder));
  const password = keys.POSTGRES_PASSWORD;

  const lock = await lockFolder(openFolder(folder)).catch((error: unknown) => {
    if (error instanceof Refusal) return null;
    throw error;
  });
  if (lock === null) {
    const running = runningPostgres(folder, password);
    if (!running)
      throw new Refusal(
        "The portal is just starting: wait until it is ready, and try again. / ポータルは起動中です。準備ができてから、もう一度実行してください。",
      );
    return use({ url: running.url("postgres"), keys, folder, stopped: false });
  }
  const postgres = await startPostgres({ folder, password });
  try {
    const url = postgres.url("postgres");
    await applyMigrations(url);
    return await use({ url, keys, folder, stopped: true });
  } finally {
    await postgres.stop();
    lock.close();
  }
}
