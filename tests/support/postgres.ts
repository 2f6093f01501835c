/** One PostgreSQL for a run of vitest, with a migrated template from which every test file gets its own database. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startPostgres } from "@/bin/postgres.ts";
import { applyMigrations, schemaAsSql } from "@/bin/schema-engine.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the server, with `{database}` where the name goes. */
    postgres: string;
  }
}

export const template = "portal_template";

export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), "portal-test-"));
  const postgres = await startPostgres({ folder, password: "test", fast: true });
  const end = async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await makeTemplate(postgres.url);
  } catch (error) {
    await end();
    throw error;
  }
  project.provide("postgres", postgres.url("{database}"));
  return end;
}

/** From the migrations; from the schema itself while it is ahead of them, so that work in progress can be tested. */
async function makeTemplate(url: (database: string) => string) {
  const admin = new pg.Client({ connectionString: url("postgres") });
  // Nobody else hears it when the server goes away under this connection.
  admin.on("error", () => {});
  await admin.connect();
  await admin.query("CREATE DATABASE by_migrations");
  await admin.query("CREATE DATABASE by_schema");
  await applyMigrations(url("by_migrations"));
  const sql = await schemaAsSql(url("by_schema"));
  const current = await withClient(url("by_schema"), async (client) => {
    await client.query(sql);
    return shapeOf(client);
  });
  const migrated = await withClient(url("by_migrations"), shapeOf);
  const source = current === migrated ? "by_migrations" : "by_schema";
  await admin.query(`ALTER DATABASE ${source} RENAME TO ${template}`);
  await admin.end();
}

/** Columns, enums, indexes and constraints (not triggers, which only migrations have) as text: two databases with the same text have the same shape. */
export async function shapeOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query(`
    SELECT line FROM (
      SELECT format('column %s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default) AS line
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
      UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE contype <> 't' AND connamespace = 'public'::regnamespace AND conrelid <> COALESCE(to_regclass('_prisma_migrations')::oid, 0)
      UNION ALL SELECT format('enum %s %s', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
        FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname
    ) AS lines ORDER BY line`);
  return rows.map((row: { line: string }) => row.line).join("\n");
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
