/** A PostgreSQL of the bench's own, migrated and empty, gone afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../bin/postgres.ts";
import { applyMigrations } from "../../bin/schema-engine.ts";

export async function withDatabase(use: (url: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "portal-bench-"));
  const postgres = await startPostgres({ folder: join(folder, "data"), password: "bench" });
  try {
    const url = postgres.url("postgres");
    await applyMigrations(url);
    await use(url, folder);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
