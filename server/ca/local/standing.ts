/** Where a ticket stands, as a rule without a database. Every deed of the issuing site asks here what may be done. */
import { timingSafeEqual } from "node:crypto";
import type { Ticket } from "../../generated/prisma/client.ts";
import { addCalendarMonths } from "../../pki/validity.ts";

/** Wrong PINs a ticket forgives before it locks. */
export const triesAllowed = 10;

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long the browser that gave the right PIN may ask for the certificate. */
export const browserTime = 60 * minute;
/** How long the same .p12 can be fetched again, unless its holder confirms before. */
export const packageTime = 15 * minute;
/** The PIN stays readable at least this long after the download: without it the .p12 cannot be installed. */
const pinTime = 7 * day;

/** Until when a ticket made now can be used: one calendar month. */
export function expiryOf(now: Date): Date {
  return addCalendarMonths(now, 1);
}

export type Refusal = "unknown" | "used" | "lapsed" | "withdrawn" | "locked";

export type Standing =
  | { state: "pin" | "download" | "collected" | "done" }
  | { state: "refused"; because: Refusal };

/** What the ticket allows the browser with this key's hash; null is a browser without a key. */
export function standing(ticket: Ticket | null, browser: Uint8Array | null, now: Date): Standing {
  if (!ticket) return refused("unknown");
  const known = isSame(ticket.browser, browser);
  if (isFromRequest(ticket)) return standingOfCertified(ticket, known, now);
  if (ticket.collectedAt) {
    if (!known) return refused("used");
    if (ticket.closedAt) return refused("withdrawn");
    return { state: holdsPackage(ticket, now) ? "collected" : "done" };
  }
  const closed = whyClosed(ticket, now);
  if (closed) return refused(closed);
  if (ticket.lockedAt) return refused("locked");
  const allowed = known && ticket.browserUntil !== null && ticket.browserUntil > now;
  return { state: allowed ? "download" : "pin" };
}

/**
 * Nothing secret is kept of a certificate from a request: whoever has lost the way gives the PIN again, and the same request is given
 * the same certificate, up to the ticket's end.
 */
function standingOfCertified(ticket: Ticket, known: boolean, now: Date): Standing {
  const over = ticket.confirmedAt !== null || ticket.expiresAt <= now;
  if (known && ticket.closedAt) return refused("withdrawn");
  if (known) return { state: over ? "done" : "collected" };
  if (over || ticket.closedAt) return refused("used");
  return ticket.lockedAt ? refused("locked") : { state: "pin" };
}

/** Whether its certificate was made from a request: only the server's .p12 has an encryption. */
export function isFromRequest(ticket: Pick<Ticket, "collectedAt" | "encryption">): boolean {
  return ticket.collectedAt !== null && ticket.encryption === null;
}

/** Whether its PIN still opens something, once it is not locked. */
export function takesPin(ticket: Ticket, now: Date): boolean {
  return standing({ ...ticket, lockedAt: null }, null, now).state === "pin";
}

/** Whether its certificate can still come to be. */
export function isOpen(ticket: Ticket, now: Date): boolean {
  return !ticket.collectedAt && whyClosed(ticket, now) === null;
}

function whyClosed(ticket: Ticket, now: Date): "lapsed" | "withdrawn" | null {
  if (ticket.expiresAt <= (ticket.closedAt ?? now)) return "lapsed";
  return ticket.closedAt ? "withdrawn" : null;
}

/** A window that has passed counts as empty, also while the sweep has yet to empty it. */
function holdsPackage(ticket: Ticket, now: Date): boolean {
  return (
    !ticket.confirmedAt &&
    ticket.sealedPackage !== null &&
    ticket.packageUntil !== null &&
    ticket.packageUntil > now
  );
}

/** The nonce while the PIN may be shown, null from then on, also while the sweep has yet to delete it. */
export function livingNonce(ticket: Ticket, now: Date): Uint8Array | null {
  if (ticket.closedAt && !ticket.collectedAt) return null;
  const collected = ticket.collectedAt ? ticket.collectedAt.getTime() + pinTime : 0;
  return Math.max(ticket.expiresAt.getTime(), collected) > now.getTime() ? ticket.nonce : null;
}

/** Downloads before this moment no longer keep their PIN (beside `expiresAt`). */
export function pinsEndBefore(now: Date): Date {
  return new Date(now.getTime() - pinTime);
}

function isSame(kept: Uint8Array | null, given: Uint8Array | null): boolean {
  return kept !== null && given !== null && kept.length === given.length && timingSafeEqual(kept, given);
}

function refused(because: Refusal): Standing {
  return { state: "refused", because };
}
