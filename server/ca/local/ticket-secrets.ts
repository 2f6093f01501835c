/**
 * What of an order opens its certificate: the ticket in the mail's URL, and the PIN. Both derive from a child of the sealing key. Those
 * of a former one are found by trying: the ticket's hash tells which it was. When that key goes, they are kept, sealed, until their nonce
 * would have gone.
 */
import { timingSafeEqual } from "node:crypto";
import type { Ticket } from "../../generated/prisma/client.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import type { Bytes, Sealing } from "../../secrets/sealing.ts";
import { derivePin } from "./pin.ts";
import { deriveTicket, hashOf } from "./tickets.ts";

export type TicketSecrets = { ticket: string; pin: string };

/** Written into a row this takes both out of the world. */
export const withoutSecrets = { nonce: null, kept: null } as const;

const { context } = sealedColumns.ticketSecrets;

/** Every key is tried, whichever it is, so that it takes the same time. @throws when it was made with a sealing key that is not there */
export function secretsOf(
  sealing: Sealing,
  row: Pick<Ticket, "orderId" | "hash" | "kept">,
  nonce: Uint8Array,
): TicketSecrets & { madeWith: "own" | "former" | "kept" } {
  const right = ({ ticket }: TicketSecrets) => timingSafeEqual(hashOf(ticket), row.hash);
  const candidates = derived(sealing, row.orderId, nonce);
  const at = candidates.map(right).indexOf(true);
  const found = candidates[at];
  if (found) return { ...found, madeWith: at === 0 ? "own" : "former" };
  if (row.kept) {
    const [ticket = "", pin = ""] = Buffer.from(sealing.open(row.kept, context(row.orderId)))
      .toString("utf8")
      .split(" ");
    if (right({ ticket, pin })) return { ticket, pin, madeWith: "kept" };
  }
  throw new Error(`The ticket of order ${row.orderId} was made with another SEALING_KEY.`);
}

/** By each sealing key, that of the sealing one first. */
function derived(sealing: Sealing, orderId: string, nonce: Uint8Array): TicketSecrets[] {
  const pins = sealing.childKeys("pin").map((key) => derivePin(key, orderId, nonce));
  const tickets = sealing.childKeys("ticket").map((key) => deriveTicket(key, orderId, nonce));
  return tickets.map((ticket, at) => ({ ticket, pin: pins[at] ?? "" }));
}

/** As `kept` holds them. */
export function sealSecrets(sealing: Sealing, orderId: string, { ticket, pin }: TicketSecrets): Bytes {
  return sealing.seal(Buffer.from(`${ticket} ${pin}`, "utf8"), context(orderId));
}

/** For a ticket that nobody knows: what takes as long as the secrets of one that is there. */
export function secretsOfNobody(sealing: Sealing): TicketSecrets {
  const [some] = derived(sealing, "", new Uint8Array(32));
  return { ticket: some?.ticket ?? "", pin: some?.pin ?? "" };
}
