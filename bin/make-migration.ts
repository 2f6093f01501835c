/** Writes the first migration from `prisma/schema.prisma`. After the first release every change gets a migration of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "./postgres.ts";
import { schemaAsSql } from "./schema-engine.ts";

const migrations = join(import.meta.dirname, "..", "prisma", "migrations");
const folder = mkdtempSync(join(tmpdir(), "portal-migration-"));
const postgres = await startPostgres({ folder, password: "migration", fast: true });
try {
  const sql = await schemaAsSql(postgres.url("postgres"));
  mkdirSync(join(migrations, "0_init"), { recursive: true });
  writeFileSync(join(migrations, "migration_lock.toml"), 'provider = "postgresql"\n');
  writeFileSync(join(migrations, "0_init", "migration.sql"), sql);
  console.log("Written: prisma/migrations/0_init/migration.sql");
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
