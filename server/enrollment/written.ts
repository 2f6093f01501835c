/** Names and numbers of a certificate, written for people: the same on pages and in mails. */
import { displayRdns } from "../pki/name.ts";

/** シリアル番号, as certificate viewers show it and as lists of a CA do. */
export type Serial = { hex: string; decimal: string };

/** `hex` without sign and colons becomes `0a:1b:…`, two digits an octet, and its decimal. */
export function writtenSerial(hex: string): Serial {
  const even = hex.padStart(hex.length + (hex.length % 2), "0");
  return { hex: (even.match(/../g) ?? []).join(":"), decimal: BigInt(`0x${hex}`).toString() };
}

/** The parts of an RFC 4514 string, `CN=…`, `OU=No 11`, …, nothing escaped. */
export function writtenName(dn: string): string[] {
  return displayRdns(dn);
}
