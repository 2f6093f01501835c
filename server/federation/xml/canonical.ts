/**
 * Exclusive XML canonicalization without comments (W3C, 18 July 2002) of a stream: what a signature's digest is taken of. A document of
 * any size passes through; nothing of it is kept but the namespaces of the elements that are open.
 */
import type { Tag } from "./stream.ts";

export type Canonicalizer = {
  open: (tag: Tag) => void;
  text: (text: string) => void;
  instruction: (target: string, body: string) => void;
  close: (tag: Pick<Tag, "name">) => void;
};

/** Prefix → namespace name; the default namespace has the prefix "". */
export type Scope = ReadonlyMap<string, string>;

const nothing: Scope = new Map();

/**
 * `write` gets the octets' text piece by piece. `prefixes` is the PrefixList of InclusiveNamespaces, with "" for #default: these
 * namespaces are written wherever they are in scope, and `scope` is what of them stands above the first element.
 */
export function canonicalizer(
  write: (text: string) => void,
  { prefixes = [], scope = nothing }: { prefixes?: readonly string[]; scope?: Scope } = {},
): Canonicalizer {
  /** Of each open element: what is in scope, and what has been written by it or above it. */
  const scopes: Scope[] = [scope];
  const written: Scope[] = [nothing];

  return {
    open(tag) {
      const above = written.at(-1) ?? nothing;
      const inScope = prefixes.length === 0 ? nothing : withDeclared(scopes.at(-1) ?? nothing, tag);
      const needed = neededBy(tag);
      for (const prefix of prefixes) {
        const uri = inScope.get(prefix);
        if (uri !== undefined || prefix === "") needed.set(prefix, uri ?? "");
      }
      const fresh = [...needed].filter(
        ([prefix, uri]) =>
          prefix !== "xml" && uri !== (above.get(prefix) ?? (prefix === "" ? "" : undefined)),
      );
      scopes.push(inScope);
      written.push(fresh.length === 0 ? above : new Map([...above, ...fresh]));
      write(`<${tag.name}${fresh.sort(byPrefix).map(declaration).join("")}${attributesOf(tag)}>`);
    },
    text(text) {
      write(textContent(text));
    },
    instruction(target, body) {
      write(body === "" ? `<?${target}?>` : `<?${target} ${body.replaceAll("\r", "&#xD;")}?>`);
    },
    close(tag) {
      scopes.pop();
      written.pop();
      write(`</${tag.name}>`);
    },
  };
}

/** The scope below an element. */
export function withDeclared(scope: Scope, { declared }: Tag): Scope {
  return declared.length === 0 ? scope : new Map([...scope, ...declared]);
}

/** The namespaces that the element's own name and its attributes' names use. */
function neededBy(tag: Tag): Map<string, string> {
  const needed = new Map([[tag.prefix, tag.uri]]);
  for (const { prefix, uri } of tag.attributes) if (prefix !== "") needed.set(prefix, uri);
  return needed;
}

function declaration([prefix, uri]: readonly [string, string]): string {
  return `${prefix === "" ? " xmlns" : ` xmlns:${prefix}`}="${attributeText(uri)}"`;
}

function attributesOf({ attributes }: Tag): string {
  if (attributes.length === 0) return "";
  const sorted =
    attributes.length === 1
      ? attributes
      : [...attributes].sort((a, b) => inOrder(a.uri, b.uri) || inOrder(a.local, b.local));
  return sorted.map(({ name, value }) => ` ${name}="${attributeText(value)}"`).join("");
}

function byPrefix([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return inOrder(a, b);
}

/** By code points, of which UTF-16 has another order than Unicode once surrogates come in. */
function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  const surrogates = /[\ud800-\udfff]/;
  if (surrogates.test(a) || surrogates.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

const textSigns = /[&<>\r]/;
const everyTextSign = /[&<>\r]/g;
const attributeSigns = /[&<"\t\n\r]/;
const everyAttributeSign = /[&<"\t\n\r]/g;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

function escaped(sign: string): string {
  return escapes[sign] ?? sign;
}

/** Text as it stands between tags. */
export function textContent(text: string): string {
  return textSigns.test(text) ? text.replace(everyTextSign, escaped) : text;
}

/** And between quotation marks. */
export function attributeText(value: string): string {
  return attributeSigns.test(value) ? value.replace(everyAttributeSign, escaped) : value;
}
