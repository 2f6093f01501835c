/** Addresses and header values, checked before any of them reaches a header. */
import { type OutgoingLetter, PostError } from "./port.ts";

/** A dot-atom and a host name (RFC 5321 §4.1.2 without quoted local parts and address literals). */
const bare = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

export function isAddress(text: string): boolean {
  return bare.test(text);
}

export type Mailbox = { name: string; address: string };

/** `Name <address>`, `"Name" <address>` or a bare address; null for anything else. */
export function parseMailbox(text: string): Mailbox | null {
  const named = /^\s*(?:"([^"<>]*)"|([^"<>]*?))\s*<([^<>\s]+)>\s*$/.exec(text);
  const name = named ? (named[1] ?? named[2] ?? "").trim() : "";
  const address = named ? (named[3] ?? "") : text.trim();
  return isAddress(address) && !hasControl(name) ? { name, address } : null;
}

/** Header values that are one line each; sender and recipient that are one mailbox each. */
export function checkHeaders(letter: OutgoingLetter): Mailbox {
  const from = parseMailbox(letter.from);
  // A fault of the settings, which may be put right before the next attempt.
  if (!from || hasControl(letter.from)) throw new PostError("sender is not an address", false);
  if (!isAddress(letter.to)) throw new PostError("recipient is not an address", true);
  const values = [letter.key, letter.messageId, letter.subject, ...Object.entries(letter.headers).flat()];
  if (values.some(hasControl)) throw new PostError("control character in a header", true);
  return from;
}

function hasControl(text: string): boolean {
  return /\p{Cc}|\u2028|\u2029/u.test(text);
}
