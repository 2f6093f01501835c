/** The ticket of an order, which the mail carries to its holder, and the key of the browser that gave the right PIN. */
import { hash, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import type { Bytes } from "../../secrets/sealing.ts";

/** What PIN and ticket of one order derive from, besides the sealing key. */
export function newNonce(): Bytes {
  return Uint8Array.from(randomBytes(32));
}

/** The ticket: 48 octets in base64url, the same at every call, so that a mail can be written again just as it was. */
export function deriveTicket(key: KeyObject, orderId: string, nonce: Uint8Array): string {
  return Buffer.from(hkdfSync("sha256", key, nonce, `ticket/v1\0${orderId}`, 48)).toString("base64url");
}

/** 32 random octets in base64url: the browser keeps them, the database only their hash. */
export function newBrowserKey(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256, all that the database knows of a ticket or of a browser's key. */
export function hashOf(secret: string): Bytes {
  return Uint8Array.from(hash("sha256", secret, "buffer"));
}
