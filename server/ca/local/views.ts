/** What the issuing site's pages ask for and are answered. */

import type { Kind } from "../../enrollment/kind.ts";
import type { Ticket } from "../../generated/prisma/client.ts";
import type { PkiErrorCode } from "../../pki/errors.ts";
import type { KeyOrigin } from "../../ports.ts";
import type { Refusal } from "./standing.ts";

/** For new devices (PBES2, AES-256, HMAC-SHA-256), or for every device (3DES, SHA-1). */
export type PackageEncryption = "modern" | "compatible";

/** The page that fits the ticket, for the browser that asks. */
export type IssuingView =
  | { state: "pin"; kind: Kind; triesLeft: number; expiresAt: Date }
  /** `until`: after it the PIN has to be entered again. */
  | {
      state: "download";
      kind: Kind;
      fileName: string;
      /** The name that will be certified, its parts as people read them. */
      dn: readonly string[];
      until: Date;
      keyOrigins: readonly KeyOrigin[];
    }
  /**
   * Made where `keyOrigin` says. By the server: the same .p12 can be fetched again `until` then, encrypted as it was the first time.
   * From a request: the same request is given the same certificate again.
   */
  | {
      state: "collected";
      kind: Kind;
      fileName: string;
      dn: readonly string[];
      until: Date;
      keyOrigin: KeyOrigin;
      /** Of a .p12 that the server made; null for a certificate from a request. */
      encryption: PackageEncryption | null;
    }
  /** `issuerId`: whose certificate is `/pki/<issuerId>.cer`. */
  | { state: "done"; kind: Kind; fileName: string; issuerId: string }
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
  /**
   * `pin_wanted`: this browser has not given the right PIN, or longer than an hour ago. `not_allowed`: the institution wants no keys made
   * by the server. `no_issuer`: no CA issues its kind now; nothing was used up.
   */
  | { result: "refused"; because: Refusal | "pin_wanted" | "not_issuable" | "not_allowed" | "no_issuer" };

/** What a certificate request (PKCS #10) is answered with. All encodings are DER. */
export type CertifyAnswer =
  | {
      result: "certificate";
      certificate: Uint8Array<ArrayBuffer>;
      /** The issuing CA's certificate and those above it, the root's last. */
      chain: readonly Uint8Array<ArrayBuffer>[];
      /** What the .p12 is called, and what devices list it under. */
      fileName: string;
      friendlyName: string;
      /** Until when the same request is given the same certificate. */
      until: Date;
    }
  /** `other_key`: this ticket's certificate was made for another key. `not_allowed`: the institution wants keys made otherwise. */
  | {
      result: "refused";
      because: Refusal | "pin_wanted" | "not_issuable" | "other_key" | "not_allowed" | "no_issuer";
    }
  /** Nothing was used up: what is wrong with the request or its key. */
  | { result: "unusable"; code: PkiErrorCode | KeyRefusal };

/**
 * What is wrong with a key that is sound in itself. `key_in_use`: another application has a certificate for it. `key_compromised`: it was
 * revoked because somebody else may have it, and is never certified again.
 */
export type KeyRefusal = "key_in_use" | "key_compromised";

export type ConfirmAnswer =
  | { result: "confirmed" }
  | { result: "refused"; because: Refusal | "pin_wanted" | "not_collected" };

/** The .p12's name, ASCII whatever the holder is called: `client-11.p12` for the certificate with `OU=No 11`. */
export function fileNameOf(ticket: Pick<Ticket, "kind" | "dn">): string {
  return `${friendlyNameOf(ticket)}.p12`;
}

/** What devices list it under. */
export function friendlyNameOf(ticket: Pick<Ticket, "kind" | "dn">): string {
  // Parted at its commas, not at those that belong to the holder's name.
  const parts = ticket.dn.match(/(?:\\.|[^\\,])+/g) ?? [];
  const number = parts.find((part) => /^OU=No \d+$/.test(part))?.slice("OU=No ".length);
  return number ? `${ticket.kind}-${number}` : ticket.kind;
}
