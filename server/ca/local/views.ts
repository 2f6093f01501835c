/** What the issuing site's pages ask for and are answered. */

import type { Kind } from "../../enrollment/kind.ts";
import type { Ticket } from "../../generated/prisma/client.ts";
import type { Refusal } from "./standing.ts";

/** For new devices (PBES2, AES-256, HMAC-SHA-256), or for every device (3DES, SHA-1). */
export type PackageEncryption = "modern" | "compatible";

/** The page that fits the ticket, for the browser that asks. */
export type IssuingView =
  | { state: "pin"; kind: Kind; triesLeft: number; expiresAt: Date }
  /** `until`: after it the PIN has to be entered again. */
  | { state: "download"; kind: Kind; fileName: string; until: Date }
  /** The same .p12 can be fetched again `until` then, encrypted as it was the first time. */
  | { state: "collected"; kind: Kind; fileName: string; until: Date; encryption: PackageEncryption }
  | { state: "done"; kind: Kind; fileName: string }
  | { state: "refused"; because: Refusal };

export type PinAnswer =
  /** `browser` is for a cookie of this browser alone; only who sends it back may download. */
  | { result: "right"; browser: string }
  | { result: "wrong"; triesLeft: number }
  | { result: "locked" }
  | { result: "refused"; because: Refusal };

export type PackageAnswer =
  | {
      result: "package";
      file: Uint8Array<ArrayBuffer>;
      fileName: string;
      encryption: PackageEncryption;
      until: Date;
    }
  /** `pin_wanted`: this browser has not given the right PIN, or longer than an hour ago. */
  | { result: "refused"; because: Refusal | "pin_wanted" | "not_issuable" };

export type ConfirmAnswer =
  | { result: "confirmed" }
  | { result: "refused"; because: Refusal | "pin_wanted" | "not_collected" };

/** The .p12's name, ASCII whatever the holder is called: `client-11.p12` for the certificate with `OU=No 11`. */
export function fileNameOf(ticket: Pick<Ticket, "issuerId" | "dn">): string {
  return `${friendlyNameOf(ticket)}.p12`;
}

/** What devices list it under. */
export function friendlyNameOf(ticket: Pick<Ticket, "issuerId" | "dn">): string {
  // Parted at its commas, not at those that belong to the holder's name.
  const parts = ticket.dn.match(/(?:\\.|[^\\,])+/g) ?? [];
  const number = parts.find((part) => /^OU=No \d+$/.test(part))?.slice("OU=No ".length);
  return number ? `${ticket.issuerId}-${number}` : ticket.issuerId;
}
