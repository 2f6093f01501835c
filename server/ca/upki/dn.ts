/**
 * Distinguished names as NII's service writes them: `CN=…,OU=No 11,…,C=JP`, nothing escaped, commas legal inside a value. Its mails and
 * lists carry no number of a request, so a name is the only thing to match them by.
 */
export type Rdn = { type: string; value: string };

/** Far above the 250 characters that the service allows, and little work to read. */
const LONGEST_NAME = 2000;

/** A comma or the end of a line, where one of the service's six types follows. */
const separator = /[,\n][ \t\r\u3000]*(?=(?:CN|OU|O|L|ST|C)=)/i;
const written = /^(CN|OU|O|L|ST|C)=([^\n]*)$/i;

/**
 * Reads a name of the service, in one line or with one RDN a line: what follows a comma belongs to the value unless it is one of
 * `CN= OU= O= L= ST= C=`. Types come out in capitals, values without spaces around them.
 * Null: this is no such name.
 */
export function splitServiceDn(text: string): Rdn[] | null {
  if (text.length > LONGEST_NAME) return null;
  const rdns: Rdn[] = [];
  for (const part of text.trim().split(separator)) {
    const [, type = "", value = ""] = written.exec(part) ?? [];
    const trimmed = value.trim();
    if (type === "" || trimmed === "" || /\p{Cc}/u.test(trimmed)) return null;
    rdns.push({ type: type.toUpperCase(), value: trimmed });
  }
  return rdns;
}

/** The name in the service's own form, in one line; `splitServiceDn` reads it. */
export function joinServiceDn(rdns: readonly Rdn[]): string {
  return rdns.map(({ type, value }) => `${type}=${value}`).join(",");
}

/**
 * Whether two names are one: the same RDNs in the same order. A type's case does not count; values are compared like PrintableString
 * (RFC 5280 §7.1): A–Z as a–z, spaces inside as one, spaces around not at all. Other letters must be the very same, so that
 * no look-alike (the Kelvin sign, full-width letters) matches.
 */
export function sameName(one: readonly Rdn[], other: readonly Rdn[]): boolean {
  return nameKey(one) === nameKey(other);
}

/** A text that two names share exactly when they are one by `sameName`. */
export function nameKey(rdns: readonly Rdn[]): string {
  return rdns.map(({ type, value }) => `${keyPart(type)}=${keyPart(value)}`).join(",");
}

/** Escaped, so that no value can pass for two RDNs. */
function keyPart(text: string): string {
  const folded = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return folded
    .replace(/[ \t\r\n]+/g, " ")
    .replace(/^ | $/g, "")
    .replace(/[\\,=]/g, "\\$&");
}
