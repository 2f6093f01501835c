/** The folder that keeps everything between two starts: who may use it now, and the keys. */
import { createHash, randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Refusal } from "./refusal.ts";

export function openFolder(path: string): string {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    const probe = join(folder, ".probe");
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw new Refusal(
      `The folder ${folder} cannot be written (${(error as NodeJS.ErrnoException).code}): make it writable, or choose another with \`DATA_DIR=/path/to/folder npm start\`.`,
    );
  }
  mkdirSync(join(folder, "outbox"), { recursive: true, mode: 0o700 });
  return folder;
}

/**
 * One portal a folder. The lock is a socket: the system lets go of it however its holder ends, so that nothing stale can
 * stand in the way; the holder answers with its process number.
 */
export async function lockFolder(folder: string): Promise<Server> {
  const path = lockPath(folder);
  for (let attempt = 1; ; attempt++) {
    const server = createServer((socket) => socket.end(String(process.pid)));
    try {
      await new Promise<void>((done, fail) => server.once("error", fail).listen(path, done));
      return server.unref();
    } catch (error) {
      const holder = await ask(path);
      if (holder !== null) {
        throw new Refusal(
          `Another portal (process ${holder}) is using ${folder}: stop it, or choose another folder with \`DATA_DIR=/path/to/folder npm start\`.`,
        );
      }
      if (attempt === 3) throw error;
      rmSync(path, { force: true });
    }
  }
}

function lockPath(folder: string): string {
  const name = `portal-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  const path = join(folder, "lock");
  // A socket's path has room for about a hundred octets.
  return Buffer.byteLength(path) < 100 ? path : join(tmpdir(), `${name}.sock`);
}

function ask(path: string): Promise<string | null> {
  return new Promise((answer) => {
    let said = "";
    const socket = connect(path);
    socket.setTimeout(2000, () => socket.destroy());
    socket.on("data", (chunk) => {
      said += chunk;
    });
    socket.on("error", () => answer(null));
    socket.on("close", () => answer(said || null));
  });
}

export type Keys = {
  AUTH_SECRET: string;
  SEALING_KEY: string;
  /** While the sealing key is being changed: the one before. */
  SEALING_KEY_PREVIOUS?: string;
  POSTGRES_PASSWORD: string;
};

/** The keys of this folder, made at its first start. What was sealed with them can be opened with nothing else. */
export function keysOf(folder: string): Keys {
  const path = join(folder, "keys.json");
  if (existsSync(path)) {
    try {
      const keys = JSON.parse(readFileSync(path, "utf8")) as Keys;
      if (keys.AUTH_SECRET && keys.SEALING_KEY && keys.POSTGRES_PASSWORD) return keys;
    } catch {
      // Said below.
    }
    throw new Refusal(
      `The keys in ${path} cannot be read: put the file back from a copy, for without it nothing sealed in the database can be opened.`,
    );
  }
  if (existsSync(join(folder, "postgres"))) {
    throw new Refusal(
      `The keys ${path} are missing though there is a database: put the file back from a copy, or start anew with another DATA_DIR.`,
    );
  }
  const keys: Keys = {
    AUTH_SECRET: randomBytes(48).toString("base64"),
    SEALING_KEY: randomBytes(32).toString("base64"),
    POSTGRES_PASSWORD: randomBytes(24).toString("hex"),
  };
  writeKeys(folder, keys);
  return keys;
}

/** All of them or as they were, wherever it is interrupted. */
export function writeKeys(folder: string, keys: Keys): void {
  const path = join(folder, "keys.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}
