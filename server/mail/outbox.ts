/** Mail by default: each letter a file in a folder, as it would have been sent (RFC 5322), and the way to read them. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import MailComposer from "nodemailer/lib/mail-composer/index.js";
import { mimeOf } from "./mime.ts";
import type { Post } from "./port.ts";

/** Names are made by this room alone; nothing else is listed or opened. */
const fileName = /^[a-z]{1,20}-[0-9a-f]{32}$/;

export function outboxPost(folder: string): Post {
  return {
    async send(letter) {
      const message = await new MailComposer(mimeOf(letter)).compile().build();
      const name = nameOf(letter.key);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const whole = path.join(folder, `${name}.eml`);
      const half = `${whole}.${randomBytes(6).toString("hex")}.part`;
      await writeFile(half, message, { mode: 0o600, flush: true });
      await rename(half, whole);
      return { id: name };
    },
  };
}

/** The same letter sent twice is the same file. */
function nameOf(key: string): string {
  const kind = /^[a-z]{1,20}(?=:)/.exec(key)?.[0] ?? "letter";
  return `${kind}-${createHash("sha256").update(key).digest("hex").slice(0, 32)}`;
}

/** Names of the letters, the newest first; none where there is no folder yet. */
export async function listOutbox(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(absent);
  const names = (files ?? [])
    .filter((file) => file.endsWith(".eml"))
    .map((file) => file.slice(0, -4))
    .filter((name) => fileName.test(name));
  const dated = await Promise.all(
    names.map(async (name) => ({
      name,
      time: (await stat(fileOf(folder, name)).catch(absent))?.mtimeMs ?? 0,
    })),
  );
  return dated.sort((a, b) => b.time - a.time || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}

/** The letter's file; null where there is none of this name, or where it is no name of a letter. */
export async function readOutbox(folder: string, name: string): Promise<Buffer | null> {
  if (!fileName.test(name)) return null;
  return (await readFile(fileOf(folder, name)).catch(absent)) ?? null;
}

function fileOf(folder: string, name: string): string {
  return path.join(folder, `${name}.eml`);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
