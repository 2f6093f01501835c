/**
 * `npm run make-migration -- <name>`: writes what has changed in `prisma/schema.prisma` since the last migration was committed, as one
 * more of them. Rows that the change needs are written into it by hand.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "./postgres.ts";
import { sqlSince } from "./schema-engine.ts";

const [name] = process.argv.slice(2);
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error("Name the migration, in small letters: npm run make-migration -- sessions");
  process.exit(1);
}
const migrations = join(import.meta.dirname, "..", "prisma", "migrations");
const numbers = readdirSync(migrations).map((folder) => Number.parseInt(folder, 10));
const next = 1 + Math.max(...numbers.filter((number) => !Number.isNaN(number)));
const folder = mkdtempSync(join(tmpdir(), "portal-migration-"));
const postgres = await startPostgres({ folder, password: "migration", fast: true });
try {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const last = git("log", "-1", "--format=%H", "--", "prisma/migrations");
  const sql = await sqlSince(git("show", `${last}:prisma/schema.prisma`), postgres.url("postgres"));
  if (sql.trim() === "" || sql.includes("empty migration")) {
    console.log("The schema is as it was when the last migration was committed.");
  } else {
    const path = join(migrations, `${next}_${name}`);
    mkdirSync(path);
    writeFileSync(join(path, "migration.sql"), sql);
    console.log(`Written: prisma/migrations/${next}_${name}/migration.sql`);
  }
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
