/** The database: one pool a process, kept over hot reloads. */
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { oneWriteSocket } from "./db/one-write.ts";
import { type Plain, plainOf } from "./db/plain.ts";
import { env } from "./env.ts";
import { type Prisma, PrismaClient } from "./generated/prisma/client.ts";

export type { PlainStatements, Statements } from "./db/plain.ts";
/** `plain`: statements by a shorter way, on the same connections. */
export type Database = PrismaClient & { plain: Plain };
/** What a deed writes through: the inside of `db.$transaction`. */
export type Transaction = Prisma.TransactionClient;

/** Many at once are slow, not errors: Prisma's own patience, two seconds for a connection and five for a deed, is shorter than a busy morning. */
const transactionOptions = { maxWait: 20_000, timeout: 20_000 };

/** A client of its own pool, for the given `postgresql://` URL. */
export function openDatabase(url: string, connections = 10): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    // Statements that do not need each other's answers are sent at once, and done in their order.
    pipeline: true,
    stream: oneWriteSocket,
    // Prisma writes moments in UTC and reads them so, whatever the database's own time zone: so it has to be theirs.
    onConnect: (client) => client.query("SET TIME ZONE 'UTC'"),
  });
  // Nobody else hears it when the server goes away under an idle connection; the next one is new.
  pool.on("error", () => {});
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  // Else Prisma takes a stack at each query, to show in a message which of our lines asked; the error has a stack anyway.
  const client = new PrismaClient({ adapter, transactionOptions, errorFormat: "minimal" });
  return Object.assign(client, { plain: plainOf(pool, transactionOptions) });
}

const kept = globalThis as { portalDatabase?: Database };

/** The process's own database, opened at the first call. */
export function database(): Database {
  kept.portalDatabase ??= openDatabase(env().DATABASE_URL);
  return kept.portalDatabase;
}
