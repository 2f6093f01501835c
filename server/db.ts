/** The database: one pool a process, kept over hot reloads. */
import { PrismaPg } from "@prisma/adapter-pg";
import { env } from "./env.ts";
import { type Prisma, PrismaClient } from "./generated/prisma/client.ts";

export type Database = PrismaClient;
/** What a deed writes through: the inside of `db.$transaction`. */
export type Transaction = Prisma.TransactionClient;

/** Many at once are slow, not errors: Prisma's own patience, two seconds for a connection and five for a deed, is shorter than a busy morning. */
const transactionOptions = { maxWait: 20_000, timeout: 20_000 };

/** A client of its own pool, for the given `postgresql://` URL. */
export function openDatabase(url: string, connections = 10): Database {
  const adapter = new PrismaPg({ connectionString: url, max: connections });
  // Else Prisma takes a stack at each query, to show in a message which of our lines asked; the error has a stack anyway.
  return new PrismaClient({ adapter, transactionOptions, errorFormat: "minimal" });
}

const kept = globalThis as { portalDatabase?: Database };

/** The process's own database, opened at the first call. */
export function database(): Database {
  kept.portalDatabase ??= openDatabase(env().DATABASE_URL);
  return kept.portalDatabase;
}
