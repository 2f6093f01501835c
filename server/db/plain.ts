/**
 * Statements straight to PostgreSQL, for what is done many times a second: through Prisma each costs twice the work here, and there is read
 * and planned anew. The pool is Prisma's own, so the connections are counted once.
 */
import { hash } from "node:crypto";
import pg from "pg";

/**
 * What writes by statements alone. Prisma's transactions are such, and those of `Plain`; columns come out alike. Statements that do not need
 * each other's answers may be sent together: they are done in the order in which they were called.
 */
export type Statements = {
  $queryRaw<Rows>(statement: TemplateStringsArray, ...values: unknown[]): Promise<Rows>;
  /** Settles to how many rows it touched. */
  $executeRaw(statement: TemplateStringsArray, ...values: unknown[]): Promise<number>;
};

/** `$send`: settles once it is sent. Nobody waits for its answer: where it fails, the transaction fails with it. */
export type PlainStatements = Statements & {
  $send(statement: TemplateStringsArray, ...values: unknown[]): Promise<void>;
};

export type Plain = Pick<Statements, "$queryRaw"> & {
  /** A transaction: all that the deed says, or nothing. Like Prisma's it ends where it takes longer than the patience for one. */
  inOneGo: <Done>(deed: (tx: PlainStatements) => Promise<Done>) => Promise<Done>;
};

/** Milliseconds, for a connection and then for the deed. */
export type Patience = { maxWait: number; timeout: number };

/** Settles once the statement is sent, and not to its answer: not everybody waits for that. `writes`: not before the transaction is there. */
type Send = (query: pg.QueryConfig, writes?: "writes") => Promise<{ answer: Promise<pg.QueryResult> }>;

export function plainOf(pool: pg.Pool, patience: Patience): Plain {
  let isNamed = true;
  const statements = (send: Send): PlainStatements => ({
    async $queryRaw<Rows>(statement: TemplateStringsArray, ...values: unknown[]) {
      const { answer } = await send(queryOf(statement, values, isNamed));
      return (await answer).rows as Rows;
    },
    async $executeRaw(statement, ...values) {
      const { answer } = await send(queryOf(statement, values, isNamed), "writes");
      return (await answer).rowCount ?? 0;
    },
    async $send(statement, ...values) {
      await send(queryOf(statement, values, isNamed), "writes");
    },
  });
  const alone = statements(async (query) => ({ answer: pool.query(query) }));
  /** Where names do not hold there are none from then on, and what failed for it is done again: it left nothing behind. */
  const tolerant = async <Done>(deed: () => Promise<Done>): Promise<Done> => {
    const wasNamed = isNamed;
    try {
      return await deed();
    } catch (error) {
      if (!wasNamed || !isOfNames(error)) throw error;
      isNamed = false;
      return deed();
    }
  };
  return {
    $queryRaw: <Rows>(statement: TemplateStringsArray, ...values: unknown[]) =>
      tolerant(() => alone.$queryRaw<Rows>(statement, ...values)),
    inOneGo: (deed) => tolerant(() => transaction(pool, patience, async (send) => deed(statements(send)))),
  };
}

async function transaction<Done>(
  pool: pg.Pool,
  { maxWait, timeout }: Patience,
  deed: (send: Send) => Promise<Done>,
): Promise<Done> {
  const client = await connected(pool, maxWait);
  /** Why nothing more goes by this connection: it is lost, or has had its time. */
  let fault: Error | undefined;
  const fail = (error: Error) => {
    fault ??= error;
  };
  client.on("error", fail);
  const clock = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const late = new Error(`A transaction was not over after ${timeout} ms.`);
    fail(late);
    clock.reject(late);
  }, timeout);
  let isOver = false;
  let failed: unknown;
  /** PostgreSQL refuses all that was sent behind a statement that failed: what is told is why the first did. */
  const sent = (query: string | pg.QueryConfig) => {
    const answer = client.query(query).catch((error: unknown) => {
      failed ??= error;
      throw failed;
    });
    // Whoever does not wait for it is told by COMMIT.
    answer.catch(() => {});
    return answer;
  };
  /** `sent`: what only looks may be sent right behind it. What was written outside of a transaction would stay: it waits, and all after it. */
  let begin: "sent" | "waited for" | "done" = "sent";
  const begun = sent("BEGIN").then(() => {
    begin = "done";
  });
  /** What a deed says after its end would be in nobody's transaction, or in somebody else's. */
  const send: Send = async (query, writes) => {
    if (writes && begin === "sent") begin = "waited for";
    if (begin === "waited for") await begun;
    if (isOver) throw fault ?? new Error("The transaction is over.");
    return { answer: sent(query) };
  };
  const whole = async () => {
    const [, done] = await Promise.all([begun, deed(send)]);
    isOver = true;
    // A statement may have failed without the deed's minding: then PostgreSQL answers that it has rolled back.
    const { command } = await client.query("COMMIT");
    if (command !== "COMMIT")
      throw failed ?? new Error("A statement had failed: the transaction was rolled back.");
    return done;
  };
  try {
    return await Promise.race([whole(), clock.promise]);
  } catch (error) {
    isOver = true;
    if (!fault) await client.query("ROLLBACK").catch(fail);
    throw error;
  } finally {
    clearTimeout(timer);
    client.off("error", fail);
    // A connection that is not known to be outside of any transaction is ended, and PostgreSQL rolls back.
    client.release(fault);
  }
}

/** One that comes after all is given back. */
async function connected(pool: pg.Pool, maxWait: number): Promise<pg.PoolClient> {
  const clock = Promise.withResolvers<never>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    clock.reject(new Error(`No connection to the database was free for ${maxWait} ms.`));
  }, maxWait);
  const coming = pool.connect().then((client) => {
    if (isLate) client.release();
    return client;
  });
  try {
    return await Promise.race([coming, clock.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const known = new WeakMap<TemplateStringsArray, { text: string; name: string }>();

/** PostgreSQL plans a statement that has a name once a connection. The name tells its text, for a pooler may share it among processes. */
function queryOf(statement: TemplateStringsArray, values: unknown[], isNamed: boolean): pg.QueryConfig {
  let written = known.get(statement);
  if (!written) {
    const text = statement.reduce((before, part, n) => `${before}$${n}${part}`);
    written = { text, name: hash("sha256", text, "base64url") };
    known.set(statement, written);
  }
  const { text, name } = written;
  return { text, values, types, ...(isNamed && { name }) };
}

/**
 * A pooler gives each transaction another connection of its own, on which nothing may have that name, or something has already; and after a
 * migration a plan that was kept may have other columns.
 */
function isOfNames(error: unknown): boolean {
  return error instanceof pg.DatabaseError && ["26000", "42P05", "0A000"].includes(error.code ?? "");
}

const { builtins, getTypeParser } = pg.types;

/** As Prisma gives them, where pg would not. */
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, BigInt],
  [builtins.BYTEA, (text) => new Uint8Array(Buffer.from(text.slice(2), "hex"))],
]);
const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number) => parsers.get(type) ?? getTypeParser(type),
};
