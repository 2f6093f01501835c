/**
 * A key and its request as they are kept until the certificate is safely its holder's: sealed by AES-256-GCM under a key that PBKDF2 derives
 * from the PIN, so that whoever finds it, on the disk or as a file, has nothing without the PIN.
 */
import { octetString, sequence, utf8 } from "@/server/pki/der.ts";
import { DerReader } from "@/server/pki/der-reader.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import type { OwnRequest } from "./own-request.ts";

export type SealedRequest = {
  version: 1;
  /** SHA-256 of the ticket, hexadecimal: which application it belongs to. */
  ticket: string;
  /** Milliseconds since 1970. */
  madeAt: number;
  /** Of PBKDF2 with HMAC-SHA-256. */
  iterations: number;
  salt: Uint8Array<ArrayBuffer>;
  iv: Uint8Array<ArrayBuffer>;
  sealed: Uint8Array<ArrayBuffer>;
};

/** The PIN is random and of 93 bits; this is for the one who gets at a part of it. */
const ITERATIONS = 210_000;
/** What a browser computes within seconds: a file from elsewhere must not keep it busy. */
const MOST_ITERATIONS = 2_000_000;
/** Characters of a file; with RSA-2048 it has some 3,000. */
const LONGEST_FILE = 32 * 1024;
const FORMAT = "sealed-certificate-request/1";

export async function sealRequest(
  { pkcs8, spki, csr }: OwnRequest,
  { pin, ticket, madeAt }: { pin: string; ticket: string; madeAt: number },
): Promise<SealedRequest> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const header = { version: 1, ticket, madeAt, iterations: ITERATIONS, salt, iv } as const;
  const key = await sealingKey(pin, header, "encrypt");
  const content = sequence(octetString(pkcs8), octetString(spki), octetString(csr));
  const sealed = await crypto.subtle.encrypt(cipherOf(header), key, Uint8Array.from(content));
  return { ...header, sealed: new Uint8Array(sealed) };
}

/** Null where the PIN is another's, or a single bit is not as it was. */
export async function openRequest(kept: SealedRequest, pin: string): Promise<OwnRequest | null> {
  try {
    const key = await sealingKey(pin, kept, "decrypt");
    const content = await crypto.subtle.decrypt(cipherOf(kept), key, kept.sealed);
    const parts = DerReader.of(new Uint8Array(content)).sequence();
    const [pkcs8, spki, csr] = [parts.octetString(), parts.octetString(), parts.octetString()];
    parts.end();
    return { pkcs8: Uint8Array.from(pkcs8), spki: Uint8Array.from(spki), csr: Uint8Array.from(csr) };
  } catch {
    return null;
  }
}

type Header = Omit<SealedRequest, "sealed">;

/** Everything beside the content is bound to it. */
function cipherOf({ version, ticket, madeAt, iterations, iv }: Header): AesGcmParams {
  return {
    name: "AES-GCM",
    iv,
    additionalData: utf8([FORMAT, version, ticket, madeAt, iterations].join("\n")),
  };
}

async function sealingKey(
  pin: string,
  { salt, iterations }: Header,
  use: "encrypt" | "decrypt",
): Promise<CryptoKey> {
  const password = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(derivation, password, { name: "AES-GCM", length: 256 }, false, [use]);
}

/** The text of a file that its holder keeps where the browser keeps nothing. */
export function writeRequestFile({ salt, iv, sealed, ...header }: SealedRequest): string {
  const octets = { salt: toBase64(salt), iv: toBase64(iv), sealed: toBase64(sealed) };
  return `${JSON.stringify({ format: FORMAT, ...header, ...octets }, null, 1)}\n`;
}

/** Reads it back; null for every other file. */
export function readRequestFile(text: string): SealedRequest | null {
  if (text.length > LONGEST_FILE) return null;
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return null;
  }
  return asSealedRequest(file);
}

function asSealedRequest(file: unknown): SealedRequest | null {
  if (typeof file !== "object" || file === null) return null;
  const { format, version, ticket, madeAt, iterations, ...octets } = file as Record<string, unknown>;
  if (format !== FORMAT || version !== 1) return null;
  if (typeof ticket !== "string" || !/^[0-9a-f]{64}$/.test(ticket)) return null;
  if (!isWhole(madeAt, 0, 8.64e15) || !isWhole(iterations, ITERATIONS, MOST_ITERATIONS)) return null;
  const [salt, iv, sealed] = [octets.salt, octets.iv, octets.sealed].map((text) =>
    typeof text === "string" ? fromBase64(text) : null,
  );
  if (salt?.length !== 16 || iv?.length !== 12 || !sealed || sealed.length === 0) return null;
  return { version, ticket, madeAt, iterations, salt, iv, sealed };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
