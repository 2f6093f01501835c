/** PostgreSQL refuses to run as root: who it runs as, when we are root. */
import { spawnSync } from "node:child_process";
import { chownSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Refusal } from "./refusal.ts";

/** `uid` and `gid` to run as (unset: as ourselves), and a command to run it under. */
export type Identity = { uid?: number; gid?: number; wrap: string[] };

/** What to spawn so that the command runs under the identity. */
export function under(identity: Identity, command: string, args: string[]): [string, string[]] {
  const [first = command, ...rest] = [...identity.wrap, command];
  return [first, [...rest, ...args]];
}

/** The identity under which all these paths can be reached. */
export function identityFor(paths: string[]): Identity {
  if (process.getuid?.() !== 0) return { wrap: [] };
  const user = unprivilegedUser();
  if (user && paths.every((path) => mayEnter(path, user))) return { ...user, wrap: [] };
  // In a namespace of its own, root goes by another number, and keeps its way into its own folders.
  const number = String(user?.uid ?? 65534);
  const wrap = ["unshare", "--user", `--map-user=${number}`, `--map-group=${number}`, "--"];
  if (spawnSync(...under({ wrap }, "true", [])).status === 0) return { wrap };
  throw new Refusal(
    "PostgreSQL refuses to run as root, and other users may not enter this folder: run this as an ordinary user, move the checkout to a folder that others may enter (such as /srv), or set DATABASE_URL.",
  );
}

function unprivilegedUser(): { uid: number; gid: number } | undefined {
  const known = lookUp("postgres");
  if (known) return known;
  spawnSync("useradd", [
    "--system",
    "--user-group",
    "--no-create-home",
    "--shell",
    "/usr/sbin/nologin",
    "postgres",
  ]);
  return lookUp("postgres") ?? lookUp("nobody");
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

function mayEnter(path: string, user: { uid: number; gid: number }): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    // The portal opens its own data folder to passage; what lies above it is not ours to change.
    if (folder !== path && ((mode >> shift) & 1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Gives the folder to the identity, when another one made it (root then, a user now, or the other way round). */
export function ownedBy(folder: string, identity: Identity) {
  if (process.getuid?.() !== 0) return;
  const uid = identity.uid ?? 0;
  const gid = identity.gid ?? 0;
  if (statSync(folder).uid === uid) return;
  const give = (path: string) => {
    chownSync(path, uid, gid);
    if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
  };
  give(folder);
}
