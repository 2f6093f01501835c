/** What an encrypted element stands for, read where it stood: names in it may have their namespaces from around it (XML Encryption §4.4). */

import { LoginRefusal } from "../refusal.ts";
import { scopeAround } from "../xml/canonical-element.ts";
import { type Element, elementsIn, escapeXml } from "../xml/tree.ts";
import { decryptElement } from "./decrypt.ts";
import { parse, prescan } from "./prescan.ts";
import type { Expectation } from "./validate.ts";

/** `authenticated`: whether a signature covers the encrypted element. */
export function openEncrypted(
  encrypted: Element,
  { privateKeys, audience }: Pick<Expectation, "privateKeys" | "audience">,
  { authenticated }: { authenticated: boolean },
): Element {
  const text = decryptElement(encrypted, { privateKeys, recipient: audience }, { authenticated });
  const [inside] = elementsIn(encrypted);
  const declarations = [...(inside ? scopeAround(inside) : [])].map(
    ([prefix, uri]) => ` xmlns${prefix && `:${prefix}`}="${escapeXml(uri)}"`,
  );
  const xml = `<opened${declarations.join("")}>${text.replace(/^\s*<\?xml\s[^?]*\?>/, "")}</opened>`;
  prescan(xml);
  const opened = parse(xml);
  const [element, ...more] = elementsIn(opened);
  if (!element || more.length > 0)
    throw new LoginRefusal("response_malformed", { expected: `one element inside ${encrypted.nodeName}` });
  return element;
}
