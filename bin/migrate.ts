/** Brings the database of DATABASE_URL to the newest migration, as `prisma migrate deploy` does: `npm run migrate`. */
import { applyMigrations } from "./schema-engine.ts";

const url = process.env.DATABASE_URL;
if (!url) {
  console.error("DATABASE_URL is not set: give the postgresql:// URL of the database to migrate.");
  process.exit(1);
}
try {
  const applied = await applyMigrations(url);
  console.log(applied.length > 0 ? `Migrated: ${applied.join(", ")}.` : "The database is up to date.");
} catch (error) {
  console.error(`The database could not be migrated: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
