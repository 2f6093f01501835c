/** XML as SAML uses it: parsed strictly, walked by namespace and name, written with everything escaped. */
import { DOMParser, type Document, type Element, type Node, XMLSerializer } from "@xmldom/xmldom";

export type { Document, Element, Node };

export const ns = {
  protocol: "urn:oasis:names:tc:SAML:2.0:protocol",
  assertion: "urn:oasis:names:tc:SAML:2.0:assertion",
  metadata: "urn:oasis:names:tc:SAML:2.0:metadata",
  signature: "http://www.w3.org/2000/09/xmldsig#",
  encryption: "http://www.w3.org/2001/04/xmlenc#",
  mdui: "urn:oasis:names:tc:SAML:metadata:ui",
  mdrpi: "urn:oasis:names:tc:SAML:metadata:rpi",
  mdattr: "urn:oasis:names:tc:SAML:metadata:attribute",
  shibmd: "urn:mace:shibboleth:metadata:1.0",
} as const;

const elementNode = 1;

/** The document's root; throws at anything that is not well-formed. */
export function parseXml(text: string): Element {
  const document = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
    // As XML 1.0 has it (§2.11). By itself the parser takes U+0085, U+2028 and U+2029 for line ends too, which no signer does.
    normalizeLineEndings: (source) => source.replace(/\r\n?/g, "\n"),
  }).parseFromString(text, "text/xml");
  if (!document.documentElement) throw new Error("no root element");
  return document.documentElement;
}

export function serializeXml(node: Node): string {
  return new XMLSerializer().serializeToString(node);
}

export function isElement(node: Element | null | undefined, namespace: string, name: string): boolean {
  return node?.namespaceURI === namespace && node.localName === name;
}

/** Direct children of one name. */
export function childrenOf(parent: Element, namespace: string, name: string): Element[] {
  return elementsIn(parent).filter((child) => isElement(child, namespace, name));
}

export function childOf(parent: Element, namespace: string, name: string): Element | undefined {
  return childrenOf(parent, namespace, name)[0];
}

export function elementsIn(parent: Element): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === elementNode) found.push(node as Element);
  }
  return found;
}

/** The root itself and every element below, in the order of the document. */
export function everyElement(root: Element): Element[] {
  const found: Element[] = [];
  const waiting = [root];
  for (let element = waiting.pop(); element; element = waiting.pop()) {
    found.push(element);
    waiting.push(...elementsIn(element).reverse());
  }
  return found;
}

export function textOf(node: Element | undefined): string {
  return node?.textContent?.trim() ?? "";
}

/** An attribute that is there, or null: an empty one is not a missing one. */
export function attributeOf(node: Element, name: string): string | null {
  return node.hasAttribute(name) ? node.getAttribute(name) : null;
}

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\n": "&#10;",
  "\r": "&#13;",
  "\t": "&#9;",
};

/** For text and for attribute values, in XML and in HTML. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\n\r\t]/g, (character) => escapes[character] ?? character);
}
