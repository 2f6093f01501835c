/** Makes the Prisma client from the schema, when it is not the one already there. Needs no binary from the internet. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "./refusal.ts";

const root = join(import.meta.dirname, "..");
const kept = join(root, "server", "generated", ".made-from");

export function generateClient() {
  const hash = createHash("sha256");
  for (const name of ["prisma/schema.prisma", "package-lock.json"])
    hash.update(readFileSync(join(root, name)));
  const from = hash.digest("hex");
  if (existsSync(kept) && readFileSync(kept, "utf8") === from) return;
  const cli = join(root, "node_modules", "prisma", "build", "index.js");
  const made = spawnSync(process.execPath, [cli, "generate"], {
    cwd: root,
    encoding: "utf8",
    // The command line insists on a schema engine, which `generate` never runs: any program will do.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
  });
  if (made.status !== 0) throw new Refusal(`The Prisma client could not be made: ${made.stderr.trim()}`);
  writeFileSync(kept, from);
}

if (import.meta.main) generateClient();
