/**
 * The folder in which an offline root is kept: on a stick, on a disk that lies in a safe. Whatever is written replaces what was there in one go, so
 * that a machine that goes dark leaves the one or the other.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RootFault } from "./fault.ts";

/** What the root has done so far. Certificates are base64 of DER, dates ISO 8601. */
export type RootState = {
  issued: { serial: string; subject: string; certificate: string; at: string }[];
  revoked: { serial: string; at: string; reason: number }[];
  /** CRLNumber of the newest list; 0 before the first. */
  crlNumber: number;
};

export const fileNames = {
  key: "root.key",
  certificate: "root.pem",
  list: "root.crl",
  state: "state.json",
} as const;

/** A new folder with these files: it is there whole, or not at all. @throws RootFault `there` */
export function makeFolder(folder: string, files: Readonly<Record<string, string>>): void {
  const path = resolve(folder);
  if (existsSync(path) && readdirSync(path).length > 0) throw new RootFault("there", { folder });
  mkdirSync(dirname(path), { recursive: true });
  const draft = mkdtempSync(join(dirname(path), `.${basename(path)}-`));
  try {
    for (const [name, content] of Object.entries(files)) writeWhole(join(draft, name), content);
    if (existsSync(path)) rmdirSync(path);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/** @throws RootFault `no_root`, `damaged` */
export function readFolder(folder: string): { key: string; certificate: string; state: RootState } {
  const missing = [fileNames.key, fileNames.certificate].find((name) => !existsSync(join(folder, name)));
  if (missing) throw new RootFault("no_root", { folder });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  try {
    return {
      key: read(fileNames.key),
      certificate: read(fileNames.certificate),
      state: checked(JSON.parse(read(fileNames.state))),
    };
  } catch {
    throw new RootFault("damaged", { folder });
  }
}

function checked(state: RootState): RootState {
  if (!Array.isArray(state.issued) || !Array.isArray(state.revoked) || !Number.isSafeInteger(state.crlNumber))
    throw new Error("Not a root's state.");
  return state;
}

export function keepState(folder: string, state: RootState): void {
  replace(join(folder, fileNames.state), `${JSON.stringify(state, null, 2)}\n`);
}

/**
 * A file for the portal, whose operator is somebody else: readable by all, and never over something else that is called so.
 * @throws RootFault `file_there`
 */
export function handOut(path: string, content: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") !== content)
    throw new RootFault("file_there", { folder: path });
  replace(path, content, 0o644);
}

/** The new content, or the old one: never a part. Follows no link, for the folder may have been in other hands. */
export function replace(path: string, content: string, mode = 0o600): void {
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  writeWhole(draft, content, mode);
  renameSync(draft, path);
}

function writeWhole(path: string, content: string, mode = 0o600): void {
  const file = openSync(path, "wx", mode);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * One deed at a time. A lock whose process is no more is nobody's.
 * @throws RootFault `in_use`
 */
export async function whileLocked<Answer>(folder: string, deed: () => Promise<Answer>): Promise<Answer> {
  if (!existsSync(join(folder, fileNames.key))) throw new RootFault("no_root", { folder });
  const lock = join(folder, "lock");
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
  } catch {
    if (isAlive(Number(readFileSync(lock, "utf8")))) throw new RootFault("in_use", { folder });
    writeFileSync(lock, String(process.pid));
  }
  try {
    return await deed();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
