/** What the local CA's deeds need of the world. */
import type { Database, Statements, Transaction } from "../../db.ts";
import type { Ticket } from "../../generated/prisma/client.ts";
import type { TellPlainly } from "../../ports.ts";
import type { Bytes, Sealing } from "../../secrets/sealing.ts";
import type { Granted, Wish } from "./issue.ts";
import type { Issuers } from "./issuers.ts";
import type { KeyRing } from "./keys.ts";
import type { PublicationMemory } from "./publication/memory.ts";
import { livingNonce } from "./standing.ts";
import { secretsOf } from "./ticket-secrets.ts";
import { deriveTicket, hashOf } from "./tickets.ts";

export type World = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  tell: TellPlainly;
  /** Where the public finds us, without a slash at its end. */
  baseUrl: string;
  /** Where certificates say that `/pki` and `/ocsp` are. */
  publicUrl: string;
  /** Made at the first call, then kept: no promise while what is kept may be relied on. */
  issuers: (again?: "again") => Issuers | Promise<Issuers>;
  keys: KeyRing;
  /** Together with whoever else asks meanwhile. */
  issue: (wish: Wish) => Promise<Granted>;
  /** The ticket with this hash as it is now, together with what others look for. */
  look: (hash: Bytes) => Promise<Ticket | null>;
  publication: PublicationMemory;
};

/** All or nothing. Waits longer for its turn than Prisma would: a hundred downloads at once are slow, not errors. */
export function inOneGo<T>(world: World, deed: (tx: Transaction) => Promise<T>): Promise<T> {
  return world.db.$transaction(deed, { maxWait: 20_000, timeout: 20_000 });
}

/** The ticket as it is now, and kept so from others until the transaction ends. */
export async function lockTicket(tx: Transaction, ticket: string): Promise<Ticket | null> {
  const hash = hashOf(ticket);
  await tx.$queryRaw`SELECT 1 FROM "Ticket" WHERE "hash" = ${hash} FOR UPDATE`;
  return tx.ticket.findUnique({ where: { hash } });
}

/** The same of several, by their hashes in hexadecimal; those that nobody knows are missing. Taken in the order of the hashes. */
export async function lockTickets(tx: Statements, hashes: readonly Bytes[]): Promise<Map<string, Ticket>> {
  const rows = await tx.$queryRaw<Ticket[]>`
    SELECT * FROM "Ticket" WHERE "hash" = ANY(ARRAY(SELECT decode(h, 'hex') FROM unnest(${hashes.map(hex)}::text[]) AS h))
    ORDER BY "hash" FOR UPDATE`;
  return new Map(rows.map((ticket) => [hex(ticket.hash), ticket]));
}

/** The tickets with these hashes, or null, in the order of the hashes. */
export async function findTickets(db: Database, hashes: readonly Bytes[]): Promise<(Ticket | null)[]> {
  const rows = await db.plain.$queryRaw<Ticket[]>`
    SELECT * FROM "Ticket" WHERE "hash" = ANY(ARRAY(SELECT decode(h, 'hex') FROM unnest(${hashes.map(hex)}::text[]) AS h))`;
  const found = new Map(rows.map((ticket) => [hex(ticket.hash), ticket]));
  return hashes.map((hash) => found.get(hex(hash)) ?? null);
}

export function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("hex");
}

/** Keeps the tickets of these orders from others, in the order in which issues take them too. */
export async function lockTicketsOf(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  const ids = [...orderIds];
  await tx.$queryRaw`SELECT 1 FROM "Ticket" WHERE "orderId" = ANY(${ids}) ORDER BY "hash" FOR UPDATE`;
}

/** Null once it is gone. @throws when the sealing key is another than the one it was made with */
export function pinOf(world: World, ticket: Ticket): string | null {
  const nonce = livingNonce(ticket, world.now());
  if (!nonce) return null;
  return secretsOf(world.sealing, ticket, nonce).pin;
}

/** Null once it is gone. Another key would derive another one without a word: a dead URL in a mail, a wrong PIN on a page. */
export function ticketOf(world: World, ticket: Ticket): string | null {
  const nonce = livingNonce(ticket, world.now());
  return nonce && secretsOf(world.sealing, ticket, nonce).ticket;
}

export function newTicketOf(world: World, orderId: string, nonce: Uint8Array): string {
  return deriveTicket(world.sealing.childKey("ticket"), orderId, nonce);
}
