/**
 * A mail as it was transmitted (RFC 5322, RFC 2046): its fields and its parts, octet for octet, for a signature covers octets. Strings here
 * hold one octet a character (latin1), lines ended by CRLF.
 */

export type Field = { name: string; value: string };
export type Entity = { fields: readonly Field[]; body: string };

const LONGEST_HEAD = 64 * 1024;
const MOST_FIELDS = 300;

/**
 * The mail with every line ended by CRLF, as it was when it was signed (RFC 8551 §3.1.1): mail servers' pipes and files have LF alone.
 * Null: NUL or a CR without LF is in it, which readers take for different things.
 */
export function canonical(raw: Uint8Array): string | null {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString("latin1");
  if (/\0|\r(?!\n)/.test(text)) return null;
  const lines = text.replace(/\r?\n/g, "\r\n");
  // What some pipes put before a mail (mbox).
  return lines.startsWith("From ") ? lines.slice(lines.indexOf("\r\n") + 2) : lines;
}

export function octetsOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** The fields, their names in small letters, and what follows the empty line; null: a line of the head is no field. */
export function readEntity(text: string): Entity | null {
  const gap = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
  if (gap === 1) return null;
  const head = text.slice(0, gap);
  if (head.length > LONGEST_HEAD) return null;
  const fields: Field[] = [];
  for (const line of head === "" ? [] : head.slice(0, -2).split(/\r\n(?![ \t])/)) {
    const [, name, value = ""] = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined || fields.length === MOST_FIELDS) return null;
    fields.push({ name: name.toLowerCase(), value: value.replaceAll("\r\n", "") });
  }
  return { fields, body: text.slice(gap + 2) };
}

/** The value of a field that must be there once; null: it is not there, or more than once. */
export function fieldOf(entity: Entity, name: string): string | null {
  const [value, ...others] = entity.fields.filter((field) => field.name === name);
  return value && others.length === 0 ? value.value : null;
}

/** A media type and its parameters (RFC 2045 §5.1), names and type in small letters; null: malformed, or a parameter is there twice. */
export function readContentType(
  value: string,
): { type: string; parameters: ReadonlyMap<string, string> } | null {
  const [whole = "", type = ""] = /^([a-z0-9.+-]+\/[a-z0-9.+-]+)[ \t]*/i.exec(value) ?? [];
  const parameter =
    /[ \t]*;[ \t]*(?:([a-z0-9-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^ \t;"()\\]+)))?[ \t]*/isy;
  const parameters = new Map<string, string>();
  parameter.lastIndex = whole.length;
  while (type !== "" && parameter.lastIndex < value.length) {
    const found = parameter.exec(value);
    if (!found) return null;
    const [, name, quoted, plain] = found;
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase())) return null;
    parameters.set(name.toLowerCase(), plain ?? (quoted ?? "").replace(/\\(.)/gs, "$1"));
  }
  return type === "" ? null : { type: type.toLowerCase(), parameters };
}

/** The two parts of a multipart/signed (RFC 1847 §2.1), without the delimiters' line breaks; null: there are not two. */
export function signedParts(body: string, boundary: string): [content: string, signature: string] | null {
  if (!/^[0-9A-Za-z'()+_,./:=? -]{1,70}$/.test(boundary) || boundary.endsWith(" ")) return null;
  const text = `\r\n${body}`;
  const delimiter = `\r\n--${boundary}`;
  const rest = /(--)?[ \t]*(?:\r\n|$)/y;
  const parts: string[] = [];
  let begin = -1;
  for (let at = text.indexOf(delimiter); at !== -1; at = text.indexOf(delimiter, at + 2)) {
    rest.lastIndex = at + delimiter.length;
    const found = rest.exec(text);
    // A longer boundary, of a part within.
    if (!found) continue;
    if (begin !== -1) parts.push(text.slice(begin, Math.max(at, begin)));
    if (found[1]) break;
    if (parts.length === 2) return null;
    begin = rest.lastIndex;
    // The next delimiter may begin with the line break that ends this one.
    at = begin - 4;
  }
  const [content, signature, ...others] = parts;
  return content !== undefined && signature !== undefined && others.length === 0
    ? [content, signature]
    : null;
}
