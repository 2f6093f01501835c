/** The canonical text of an element in a tree (canonical.ts): the one text that a signature over it is made of. */
import { canonicalizer, type Scope } from "./canonical.ts";
import type { Tag } from "./stream.ts";
import type { Element, Node } from "./tree.ts";

const namespaces = "http://www.w3.org/2000/xmlns/";
const kind = { element: 1, text: 3, cdata: 4, instruction: 7 } as const;

/**
 * `without`: an element that is passed over, the enveloped signature. `prefixes`: the PrefixList of InclusiveNamespaces, with "" for
 * #default: their declarations are kept though no name uses them, for values such as `xs:string` do.
 */
export function canonicalText(
  apex: Element,
  { without, prefixes = [] }: { without?: Element; prefixes?: readonly string[] } = {},
): string {
  const parts: string[] = [];
  const scope = prefixes.length > 0 ? scopeAround(apex) : undefined;
  const canonical = canonicalizer((part) => parts.push(part), { prefixes, scope });
  const walk = (node: Node) => {
    if (node.nodeType === kind.text || node.nodeType === kind.cdata) canonical.text(node.nodeValue ?? "");
    else if (node.nodeType === kind.instruction) canonical.instruction(node.nodeName, node.nodeValue ?? "");
    else if (node.nodeType === kind.element && node !== without) {
      const tag = tagOf(node as Element);
      canonical.open(tag);
      for (let child = node.firstChild; child; child = child.nextSibling) walk(child);
      canonical.close(tag);
    }
  };
  walk(apex);
  return parts.join("");
}

/** The namespaces that are declared around an element, the nearest of each prefix. */
export function scopeAround(element: Element): Scope {
  const scope = new Map<string, string>();
  for (let node = element.parentNode; node?.nodeType === kind.element; node = node.parentNode)
    for (const [prefix, uri] of tagOf(node as Element).declared)
      if (!scope.has(prefix)) scope.set(prefix, uri);
  return scope;
}

function tagOf(element: Element): Tag {
  const attributes: Tag["attributes"][number][] = [];
  const declared: Tag["declared"][number][] = [];
  for (let at = 0; at < element.attributes.length; at++) {
    const attribute = element.attributes[at];
    if (!attribute) continue;
    const { name, value } = attribute;
    const [prefix, local, uri] = nameOf(attribute);
    if (uri === namespaces) declared.push([prefix === "" ? "" : local, value]);
    else attributes.push({ name, prefix, local, uri, value });
  }
  const [prefix, local, uri] = nameOf(element);
  return { name: element.nodeName, prefix, local, uri, attributes, declared };
}

function nameOf(node: Pick<Element, "prefix" | "localName" | "namespaceURI">): [string, string, string] {
  return [node.prefix ?? "", node.localName ?? "", node.namespaceURI ?? ""];
}
