/** The textual form of an encoding (RFC 7468): 64 characters a line between its labels. For servers and browsers. */
import { PkiError } from "./errors.ts";

/** `label` is what stands behind BEGIN: `CERTIFICATE`, `X509 CRL`, `PUBLIC KEY`. */
export function toPem(der: Uint8Array, label: string): string {
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

export type PemBlock = { label: string; der: Uint8Array };

/**
 * The blocks of a text, in its order; what stands around them is explanation (§2) and passed over.
 * @throws PkiError `pem_malformed` where a block does not end, or holds anything but base64 in its one form
 */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let rest = text; ; ) {
    const [begin = "", label = ""] =
      /-----BEGIN ([\x21-\x7e]+(?: [\x21-\x7e]+){0,7})-----[ \t]*\r?\n/.exec(rest) ?? [];
    if (begin === "") return blocks;
    const content = rest.slice(rest.indexOf(begin) + begin.length);
    const end = `-----END ${label}-----`;
    const length = content.indexOf(end);
    if (length < 0) throw malformed(`${label} does not end.`);
    blocks.push({ label, der: fromBase64(content.slice(0, length), label) });
    rest = content.slice(length + end.length);
  }
}

function fromBase64(content: string, label: string): Uint8Array {
  const characters = content.replace(/[ \t\r\n]+/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(characters) || characters.length % 4 !== 0) {
    throw malformed(`${label} is not in base64.`);
  }
  const octets = Uint8Array.from(atob(characters), (character) => character.charCodeAt(0));
  // Bits beyond the last octet say nothing, and are nothing.
  if (base64(octets) !== characters) throw malformed(`${label} is not in the one form of base64.`);
  return octets;
}

function base64(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 8192) {
    text += String.fromCharCode(...octets.subarray(at, at + 8192));
  }
  return btoa(text);
}

function malformed(message: string): PkiError {
  return new PkiError("pem_malformed", message);
}
