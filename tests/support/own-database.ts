/** The database that `npm start` keeps in its data folder, while it runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { keysOf } from "@/bin/data-folder.ts";

export async function askDatabase<T extends pg.QueryResultRow>(
  folder: string,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const port = readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[3];
  const password = keysOf(folder).POSTGRES_PASSWORD;
  const client = new pg.Client(`postgresql://postgres:${password}@127.0.0.1:${port}/postgres`);
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
