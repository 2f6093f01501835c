/** A real PostgreSQL database for a test file, empty but migrated, gone when the file ends. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";
import { type Database, openDatabase } from "@/server/db.ts";

const clients: Database[] = [];
const databases: string[] = [];

/** The URL of a fresh database. */
export async function testDatabaseUrl(): Promise<string> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE portal_template`);
  databases.push(name);
  return inject("postgres").replace("{database}", name);
}

/** A client on a fresh database. */
export async function testDatabase(): Promise<Database> {
  const client = openDatabase(await testDatabaseUrl());
  clients.push(client);
  return client;
}

afterAll(async () => {
  await Promise.all(clients.splice(0).map((client) => client.$disconnect()));
  for (const name of databases.splice(0)) await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
});

async function administer(sql: string) {
  const client = new pg.Client({ connectionString: inject("postgres").replace("{database}", "postgres") });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
