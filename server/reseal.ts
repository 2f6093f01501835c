/**
 * After a change of the sealing key: everything that is sealed with a former key is sealed with the new one. Each row changes by itself and
 * only where it is still as it was read, so that it can be interrupted at any moment, repeated, and run beside the portal.
 */
import { append } from "./audit/append.ts";
import { sealSecrets, secretsOf } from "./ca/local/ticket-secrets.ts";
import type { Database } from "./db.ts";
import type { Ticket } from "./generated/prisma/client.ts";
import { type SealedColumn, sealedColumns } from "./secrets/sealed-columns.ts";
import type { Bytes, Sealing } from "./secrets/sealing.ts";

/** How much of one column, `Ticket.sealedPackage`, or of what derives from the key, `Ticket (PIN)`, stands how. */
export type Standing = {
  what: string;
  /** Sealed with the key that seals now. */
  own: number;
  /** With another that opens, or as the first release did, which named no key. */
  former: number;
  /** Opens with none: the primary keys of the rows, at most ten of them. */
  unopened: string[];
};

const batch = 200;

/** Opens everything that is not the own key's, and changes nothing. */
export async function lookAtSeals(db: Database, sealing: Sealing): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const column of Object.values<SealedColumn>(sealedColumns)) {
    const standing: Standing = {
      what: nameOf(column),
      own: await countOwn(db, column, sealing),
      former: 0,
      unopened: [],
    };
    for await (const row of rowsToSeal(db, column, sealing))
      count(standing, row.id, () => open(sealing, column, row).fill(0));
    standings.push(standing);
  }
  const pins: Standing = { what: "Ticket (PIN)", own: 0, former: 0, unopened: [] };
  for await (const ticket of openTickets(db)) {
    try {
      if (secretsOf(sealing, ticket, ticket.nonce).madeWith === "own") pins.own += 1;
      else pins.former += 1;
    } catch {
      remember(pins, ticket.orderId);
    }
  }
  return [...standings, pins];
}

/** @param tell is told of every batch how many rows of what it has changed so far. Returns how many were changed in all. */
export async function resealAll(
  db: Database,
  sealing: Sealing,
  tell: (what: string, done: number) => void = () => {},
): Promise<number> {
  // PINs first: what is still kept of them is sealed with the new key at once.
  let done = 0;
  for await (const ticket of openTickets(db)) {
    const { madeWith, ...secrets } = secretsOf(sealing, ticket, ticket.nonce);
    if (madeWith !== "former") continue;
    const { orderId, nonce } = ticket;
    const { count } = await db.ticket.updateMany({
      where: { orderId, nonce, kept: null },
      data: { kept: sealSecrets(sealing, orderId, secrets) },
    });
    done += count;
    if (done % batch === 0) tell("Ticket (PIN)", done);
  }
  if (done > 0) tell("Ticket (PIN)", done);
  const changed: Record<string, number> = done > 0 ? { "Ticket (PIN)": done } : {};

  for (const column of Object.values<SealedColumn>(sealedColumns)) {
    let done = 0;
    for await (const row of rowsToSeal(db, column, sealing)) {
      const plain = open(sealing, column, row);
      const sealed = sealing.seal(plain, column.context(row.of));
      plain.fill(0);
      done += await db.$executeRawUnsafe(
        `UPDATE "${column.table}" SET "${column.column}" = $1 WHERE "${column.id}" = $2 AND "${column.column}" = $3`,
        sealed,
        row.id,
        row.sealed,
      );
      if (done % batch === 0) tell(nameOf(column), done);
    }
    if (done === 0) continue;
    tell(nameOf(column), done);
    changed[nameOf(column)] = done;
  }
  const all = Object.values(changed).reduce((sum, count) => sum + count, 0);
  if (all > 0) await note(db, sealing, changed);
  return all;
}

/** That it was done, and of what how many; the key is named by its id, as in what it has sealed. */
function note(db: Database, { keyId }: Sealing, changed: Record<string, number>): Promise<void> {
  const about = { subject: "sealing_key", subjectId: keyId } as const;
  return db.$transaction((tx) =>
    append(tx, { deed: "sealing_key.changed", at: new Date(), ...about, after: { resealed: changed } }),
  );
}

type SealedRow = { id: string; of: string; sealed: Bytes };

/** What begins with the version and the id of the own key, in hexadecimal. */
const ownHead = (sealing: Sealing) => `02${sealing.keyId}`;
const headOf = ({ column }: SealedColumn) => `encode(substring("${column}" FROM 1 FOR 9), 'hex')`;

async function countOwn(db: Database, column: SealedColumn, sealing: Sealing): Promise<number> {
  const [row] = await db.$queryRawUnsafe<{ count: bigint }[]>(
    `SELECT count(*) AS count FROM "${column.table}" WHERE ${headOf(column)} = $1`,
    ownHead(sealing),
  );
  return Number(row?.count ?? 0);
}

/** What is not the own key's, in the order of the primary keys. Names are those of the list, and of nobody else. */
async function* rowsToSeal(db: Database, column: SealedColumn, sealing: Sealing): AsyncGenerator<SealedRow> {
  const { table, id, of } = column;
  for (let after = ""; ; ) {
    const rows = await db.$queryRawUnsafe<SealedRow[]>(
      `SELECT "${id}" AS "id", "${of}" AS "of", "${column.column}" AS "sealed" FROM "${table}"
       WHERE ${headOf(column)} <> $1 AND "${id}" > $2 ORDER BY "${id}" LIMIT ${batch}`,
      ownHead(sealing),
      after,
    );
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

type OpenTicket = Pick<Ticket, "orderId" | "hash" | "kept"> & { nonce: Bytes };

/** Those whose PIN and ticket derive from a sealing key and are not kept. */
async function* openTickets(db: Database): AsyncGenerator<OpenTicket> {
  for (let after = ""; ; ) {
    const rows = await db.ticket.findMany({
      where: { nonce: { not: null }, kept: null, orderId: { gt: after } },
      select: { orderId: true, hash: true, kept: true, nonce: true },
      orderBy: { orderId: "asc" },
      take: batch,
    });
    for (const row of rows) if (row.nonce) yield { ...row, nonce: row.nonce };
    const last = rows.at(-1);
    if (!last) return;
    after = last.orderId;
  }
}

function open(sealing: Sealing, column: SealedColumn, row: SealedRow): Bytes {
  return sealing.open(row.sealed, column.context(row.of));
}

function count(standing: Standing, id: string, opening: () => unknown): void {
  try {
    opening();
    standing.former += 1;
  } catch {
    remember(standing, id);
  }
}

function remember({ unopened }: Standing, id: string): void {
  if (unopened.length < 10) unopened.push(id);
}

function nameOf({ table, column }: SealedColumn): string {
  return `${table}.${column}`;
}
