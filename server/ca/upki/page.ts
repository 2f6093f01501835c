/** Pages of the service as trees, within bounds: a page is 1 MiB and 20,000 tags at most, and is walked without recursion. */
import { HTMLElement, type Node, parse, TextNode } from "node-html-parser";

export type Element = HTMLElement;

const MOST_OCTETS = 1024 * 1024;
/** Far more than a page with a line for each of hundreds of requests has. */
const MOST_TAGS = 20_000;

/** The page; null: it is larger than any of the service. What no reader sees is left out: comments, scripts, styles. */
export function readPage(octets: Uint8Array, encoding: "euc-jp" | "shift_jis" | "utf-8"): Element | null {
  if (octets.length > MOST_OCTETS) return null;
  const html = visible(new TextDecoder(encoding).decode(octets));
  if (html.split("<").length > MOST_TAGS) return null;
  // Left open, an element stays where it is: closing it afterwards is what takes the parser the square of their number.
  return parse(html, { blockTextElements: {}, parseNoneClosedTags: true });
}

/** Names of tags in small letters, without the parts that are not to be seen; one that is not closed reaches to the end. */
function visible(html: string): string {
  const source = html.replace(/<\/?[A-Za-z]+/g, (tag) => tag.toLowerCase());
  const kept: string[] = [];
  const hidden = /<!--|<!\[CDATA\[|<(script|style|noscript|textarea|title)\b/g;
  let at = 0;
  for (let found = hidden.exec(source); found; found = hidden.exec(source)) {
    kept.push(source.slice(at, found.index));
    const end = found[1] ? `</${found[1]}` : found[0] === "<!--" ? "-->" : "]]>";
    const ends = source.indexOf(end, found.index + found[0].length);
    if (ends === -1) return kept.join("");
    // The rest of an end tag is a stray `>`, which would be text.
    at = found[1] ? source.indexOf(">", ends) + 1 || source.length : ends + end.length;
    hidden.lastIndex = at;
  }
  kept.push(source.slice(at));
  return kept.join("");
}

/** All elements of a name below another, in their order. */
export function elementsOf(root: Element, tag: string): Element[] {
  const found: Element[] = [];
  for (const node of nodesOf(root))
    if (node instanceof HTMLElement && node.rawTagName === tag) found.push(node);
  return found;
}

const lines = new Set(["br", "p", "div", "li", "tr", "table", "h1", "h2", "h3", "h4", "hr", "center"]);

/** The text that is seen, at most so many characters, with a line break where a block or `br` begins; without what is below `except`. */
export function textOf(root: Element, limit: number, except: ReadonlySet<Element> = new Set()): string {
  let text = "";
  for (const node of nodesOf(root, except)) {
    if (node instanceof TextNode) text += node.text.replace(/\s+/g, " ").slice(0, limit);
    else if (node instanceof HTMLElement && lines.has(node.rawTagName)) text += "\n";
    else if (node instanceof HTMLElement && /^t[dh]$/.test(node.rawTagName)) text += " ";
    if (text.length > limit) break;
  }
  return text.replace(/[\u00a0\u3000]/g, " ").slice(0, limit);
}

function* nodesOf(root: Element, except: ReadonlySet<Element> = new Set()): Generator<Node> {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node instanceof HTMLElement && except.has(node)) continue;
    if (node !== root) yield node;
    waiting.push(...node.childNodes.slice().reverse());
  }
}
