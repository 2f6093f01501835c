/** XML signatures as SAML allows them (SAML 2.0 Core §5.4): enveloped, one reference to the parent, nothing else in it. */
import {
  digestNames,
  digestOf,
  envelopedSignature,
  exclusiveCanonicalization,
  exclusiveWithComments,
  isWeak,
  rsaSha256,
  sha256,
  signatureMethods,
  signText,
  verifiesText,
} from "./algorithms.ts";
import { canonicalText } from "./canonical-element.ts";
import {
  childrenOf,
  type Element,
  elementsIn,
  everyElement,
  isElement,
  ns,
  parseXml,
  serializeXml,
} from "./tree.ts";

export type Fault = "missing" | "misplaced" | "algorithm" | "invalid";

export class SignatureFault extends Error {
  readonly fault: Fault;
  readonly found: string;

  constructor(fault: Fault, found: string) {
    super(`${fault}: ${found}`);
    this.name = "SignatureFault";
    this.fault = fault;
    this.found = found;
  }
}

/**
 * What the element's own signature covers, in canonical form, without the signature itself. Read nothing but this:
 * the document around it proves nothing. Certificates are base64 of DER; what the signature says of its key is not looked at.
 * `wholeDocument`: a reference to the document instead of the root's ID will do, as metadata signers write it.
 */
export function signedPart(
  element: Element,
  certificates: readonly string[],
  { wholeDocument = false }: { wholeDocument?: boolean } = {},
): string {
  const signatures = childrenOf(element, ns.signature, "Signature");
  const signature = signatures[0];
  if (!signature) throw new SignatureFault("missing", "no signature");
  if (signatures.length > 1) throw new SignatureFault("misplaced", "two signatures on one element");
  const form = readForm(signature, element, wholeDocument);

  const info = canonicalText(form.info, { prefixes: form.infoPrefixes });
  const verifying = certificates.find((certificate) =>
    verifiesText(info, form.value, certificate, form.method),
  );
  if (!verifying)
    throw new SignatureFault("invalid", `none of ${certificates.length} certificates verifies it`);
  if (isWeak(verifying)) throw new SignatureFault("algorithm", "a key of less than 2048 bits");
  const covered = canonicalText(element, { without: signature, prefixes: form.prefixes });
  if (!digestOf(covered, form.digestMethod).equals(form.digest))
    throw new SignatureFault("invalid", "its digest is of another text");
  return covered;
}

/** The one form there may be: anything else in a signature is a way to make it cover something else than it seems to. */
function readForm(signature: Element, parent: Element, wholeDocument: boolean) {
  const [info, value] = named(signature, ["SignedInfo", "SignatureValue", "KeyInfo?"]);
  const [canonicalization, method, reference] = named(info, [
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
  ]);
  const [transforms, digestMethod, digest] = named(reference, ["Transforms", "DigestMethod", "DigestValue"]);
  const [enveloped, exclusive] = named(transforms, ["Transform", "Transform"]);

  const canonicalizations = [exclusiveCanonicalization, exclusiveWithComments];
  requireAlgorithm(canonicalization, canonicalizations);
  requireAlgorithm(enveloped, [envelopedSignature]);
  requireAlgorithm(exclusive, canonicalizations);
  for (const plain of [method, digestMethod, enveloped]) named(plain, []);

  const id = parent.getAttribute("ID");
  const uri = reference.getAttribute("URI");
  const covers = (id && uri === `#${id}`) || (wholeDocument && uri === "");
  if (!covers) throw new SignatureFault("misplaced", `reference ${uri ?? "missing"}`);
  return {
    info,
    infoPrefixes: prefixesIn(canonicalization),
    method: requireAlgorithm(method, Object.keys(signatureMethods)),
    value: octetsIn(value),
    prefixes: prefixesIn(exclusive),
    digestMethod: requireAlgorithm(digestMethod, Object.keys(digestNames)),
    digest: octetsIn(digest),
  };
}

/** The children, if they are exactly these in this order; a name with `?` may be absent, and is not handed out. */
function named(parent: Element, names: []): [];
function named(parent: Element, names: [string, string]): [Element, Element];
function named(parent: Element, names: [string, string, string]): [Element, Element, Element];
function named(parent: Element, names: string[]): Element[] {
  const children = elementsIn(parent);
  const fits =
    children.length <= names.length &&
    names.every((name, index) => {
      const child = children[index];
      if (!child) return name.endsWith("?");
      return isElement(child, ns.signature, name.replace("?", ""));
    });
  if (!fits) {
    const found = children.map((child) => child.localName).join(" ");
    throw new SignatureFault("misplaced", `${parent.localName} holds ${found || "nothing"}`);
  }
  return children;
}

function requireAlgorithm(element: Element, allowed: readonly string[]): string {
  const name = element.getAttribute("Algorithm") ?? "none";
  if (!allowed.includes(name)) throw new SignatureFault("algorithm", name);
  return name;
}

/** The one thing a canonicalization may hold: `<InclusiveNamespaces PrefixList="xs"/>`, as Shibboleth writes it. */
function prefixesIn(canonicalization: Element): string[] {
  const [list, ...more] = elementsIn(canonicalization);
  if (!list) return [];
  if (more.length > 0 || !isElement(list, exclusiveCanonicalization, "InclusiveNamespaces"))
    throw new SignatureFault("misplaced", `${list.nodeName} in a canonicalization`);
  if (list.firstChild) throw new SignatureFault("misplaced", `${list.nodeName} holds something`);
  return prefixesOf(list.getAttribute("PrefixList") ?? "");
}

/** Software lists a handful. Each is looked for at every element, before anything is known to be genuine. */
const mostPrefixes = 64;

/** Of a PrefixList, with "" for #default. */
export function prefixesOf(list: string): string[] {
  const prefixes = [...new Set(list.split(/\s+/).filter(Boolean))];
  if (prefixes.length > mostPrefixes)
    throw new SignatureFault("misplaced", `a PrefixList of ${prefixes.length}`);
  return prefixes.map((prefix) => (prefix === "#default" ? "" : prefix));
}

/** Base64 that is one text: with anything in it, libraries would not agree on what it says. */
function octetsIn(element: Element): Buffer {
  const text = element.firstChild;
  if (text?.nodeType !== text?.TEXT_NODE || text?.nextSibling)
    throw new SignatureFault("misplaced", `${element.localName} is not one text`);
  return Buffer.from(text?.nodeValue ?? "", "base64");
}

/** Signs the element of this ID and puts the signature behind its first child (Issuer) or, when there is none wanted, first. `prefixes`: as Shibboleth's PrefixList. */
export function signXml(
  xml: string,
  id: string,
  key: { privateKey: string; certificate: string },
  place: { after: string } | { first: true },
  algorithm: { signature?: string; digest?: string; prefixes?: readonly string[] } = {},
): string {
  const { signature: method = rsaSha256, digest: digestMethod = sha256, prefixes = [] } = algorithm;
  const list =
    prefixes.length > 0
      ? `<ec:InclusiveNamespaces xmlns:ec="${exclusiveCanonicalization}" PrefixList="${prefixes.join(" ")}"/>`
      : "";
  const root = parseXml(xml);
  const target = everyElement(root).find((element) => element.getAttribute("ID") === id);
  if (!target) throw new Error(`there is no element ${id} to sign`);

  const digest = digestOf(canonicalText(target, { prefixes }), digestMethod).toString("base64");
  const signature = parseXml(
    [
      `<ds:Signature xmlns:ds="${ns.signature}"><ds:SignedInfo>`,
      `<ds:CanonicalizationMethod Algorithm="${exclusiveCanonicalization}"/>`,
      `<ds:SignatureMethod Algorithm="${method}"/>`,
      `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${envelopedSignature}"/>`,
      `<ds:Transform Algorithm="${exclusiveCanonicalization}">${list}</ds:Transform></ds:Transforms>`,
      `<ds:DigestMethod Algorithm="${digestMethod}"/><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`,
      "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data>",
      `<ds:X509Certificate>${key.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`,
    ].join(""),
  );
  const [info, value] = elementsIn(signature);
  if (!info || !value) throw new Error("a signature without its parts");
  value.textContent = signText(canonicalText(info), key.privateKey, method).toString("base64");

  const before =
    "first" in place
      ? target.firstChild
      : elementsIn(target).find(({ localName }) => localName === place.after)?.nextSibling;
  if (before === undefined)
    throw new Error(`there is no ${"after" in place ? place.after : "place"} to sign behind`);
  target.insertBefore(root.ownerDocument?.importNode(signature, true) as Element, before);
  return serializeXml(root.ownerDocument ?? root);
}
