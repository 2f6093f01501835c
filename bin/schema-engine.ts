/** Prisma's own schema engine, as WebAssembly: it needs no binary from the internet. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type { DiffTarget, MigrationList, SchemaEngine, SchemasContainer } from "@prisma/schema-engine-wasm";
import pg from "pg";

const root = join(import.meta.dirname, "..");
const noFilters = { externalTables: [], externalEnums: [] };
function schema(): SchemasContainer {
  const path = join(root, "prisma", "schema.prisma");
  return { files: [{ path, content: readFileSync(path, "utf8") }] };
}

function migrations(): MigrationList {
  const baseDir = join(root, "prisma", "migrations");
  const names = readdirSync(baseDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    // By their numbers: as text the tenth would come before the second.
    .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10) || (one < other ? -1 : 1));
  return {
    baseDir,
    lockfile: {
      path: "migration_lock.toml",
      content: readFileSync(join(baseDir, "migration_lock.toml"), "utf8"),
    },
    shadowDbInitScript: "",
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: readFileSync(join(baseDir, path, "migration.sql"), "utf8") },
      },
    })),
  };
}

let loaded: Promise<typeof SchemaEngine> | undefined;

async function loadEngine(): Promise<typeof SchemaEngine> {
  const folder = dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm"));
  const glue = await import(pathToFileURL(join(folder, "schema_engine_bg.js")).href);
  const bytes = readFileSync(join(folder, "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start: () => void }).__wbindgen_start();
  return glue.SchemaEngine;
}

/**
 * Prisma's adapter cuts a script at each semicolon, those within a function's body too. PostgreSQL reads a script as a whole, and then
 * does all of it or nothing.
 */
class WholeScripts extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (sql) => {
      await adapter.executeRaw({ sql, args: [], argTypes: [] });
    };
    return adapter;
  }
}

async function withEngine<T>(url: string, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  loaded ??= loadEngine();
  const Engine = await loaded;
  const pool = new pg.Pool({ connectionString: url });
  const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool));
  const datamodels = schema().files.map((file): [string, string] => [file.path, file.content]);
  const engine = await Engine.new({ datamodels }, () => {}, adapter);
  try {
    return await use(engine);
  } finally {
    engine.free();
    await pool.end();
  }
}

/** Applies what is missing of `prisma/migrations`, as `prisma migrate deploy` does; the names of what was applied. */
export function applyMigrations(url: string): Promise<string[]> {
  return withEngine(url, async (engine) => {
    const applied = await engine.applyMigrations({ migrationsList: migrations(), filters: noFilters });
    return applied.appliedMigrationNames;
  });
}

/** The SQL that makes an empty database into what `prisma/schema.prisma` says. The engine wants to see some database for it. */
export function schemaAsSql(url: string): Promise<string> {
  return sqlBetween({ tag: "empty" }, url);
}

/** The SQL that leads from an earlier text of the schema to what it says now. */
export function sqlSince(earlier: string, url: string): Promise<string> {
  return sqlBetween({ tag: "schemaDatamodel", files: [{ path: "earlier.prisma", content: earlier }] }, url);
}

function sqlBetween(from: DiffTarget, url: string): Promise<string> {
  return withEngine(url, async (engine) => {
    const to = { tag: "schemaDatamodel" as const, ...schema() };
    const { stdout } = await engine.diff({ from, to, script: true, exitCode: null, filters: noFilters });
    return stdout ?? "";
  });
}
