/** Names and numbers of a certificate as they are written out. */

/** The RDNs of an RFC 4514 string; an escaped comma belongs to its value. */
export function relativeNames(dn: string): string[] {
  return dn.match(/(?:\\.|[^,\\])+/g) ?? [];
}

/** `0a:1b:…`, two digits an octet, also for a number written without colons or with an odd count of digits. */
export function withColons(hex: string): string {
  const digits = hex.replaceAll(":", "").toLowerCase();
  return (digits.padStart(digits.length + (digits.length % 2), "0").match(/../g) ?? []).join(":");
}
