/** What the local CA's deeds need of the world. */
import { timingSafeEqual } from "node:crypto";
import type { Database, Transaction } from "../../db.ts";
import type { Ticket } from "../../generated/prisma/client.ts";
import type { Tell } from "../../ports.ts";
import type { Sealing } from "../../secrets/sealing.ts";
import type { Issuers } from "./issuers.ts";
import type { KeyRing } from "./keys.ts";
import { derivePin } from "./pin.ts";
import { livingNonce } from "./standing.ts";
import { deriveTicket, hashOf } from "./tickets.ts";

export type World = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  tell: Tell;
  /** Where the public finds us, without a slash at its end. */
  baseUrl: string;
  /** Made at the first call, then kept. */
  issuers: (again?: "again") => Promise<Issuers>;
  keys: KeyRing;
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

/** Null once it is gone. @throws when the sealing key is another than the one it was made with */
export function pinOf(world: World, ticket: Ticket): string | null {
  const nonce = livingNonce(ticket, world.now());
  if (!nonce) return null;
  ticketOf(world, ticket, nonce);
  return derivePin(world.sealing.childKey("pin"), ticket.orderId, nonce);
}

/** The ticket itself, once more. Another key would derive another one without a word: a dead URL in a mail, a wrong PIN on a page. */
export function ticketOf(world: World, row: Pick<Ticket, "orderId" | "hash">, nonce: Uint8Array): string {
  const ticket = newTicketOf(world, row.orderId, nonce);
  if (timingSafeEqual(hashOf(ticket), row.hash)) return ticket;
  throw new Error(`The ticket of order ${row.orderId} was made with another SEALING_KEY.`);
}

export function newTicketOf(world: World, orderId: string, nonce: Uint8Array): string {
  return deriveTicket(world.sealing.childKey("ticket"), orderId, nonce);
}
