/** XML signatures as SAML allows them (SAML 2.0 Core §5.4): enveloped, one reference to the parent, nothing else in it. */
import { SignedXml } from "xml-crypto";
import {
  digestNames,
  envelopedSignature,
  exclusiveCanonicalization,
  restrict,
  rsaSha256,
  sha256,
  signatureMethods,
} from "./algorithms.ts";
import { pemOf } from "./keys.ts";
import { childrenOf, type Element, elementsIn, ns } from "./xml.ts";

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
 * the document around it proves nothing. `xml` is the text that `element` was parsed from; certificates are base64 of DER.
 * `wholeDocument`: a reference to the document instead of the root's ID will do, as metadata signers write it.
 */
export function signedPart(
  xml: string,
  element: Element,
  certificates: readonly string[],
  { wholeDocument = false }: { wholeDocument?: boolean } = {},
): string {
  const signatures = childrenOf(element, ns.signature, "Signature");
  const signature = signatures[0];
  if (!signature) throw new SignatureFault("missing", "no signature");
  if (signatures.length > 1) throw new SignatureFault("misplaced", "two signatures on one element");
  requireForm(signature, element, wholeDocument);

  for (const certificate of certificates) {
    const covered = coveredBy(xml, signature, certificate);
    if (covered !== null) return covered;
  }
  throw new SignatureFault("invalid", `none of ${certificates.length} certificates verifies it`);
}

function coveredBy(xml: string, signature: Element, certificate: string): string | null {
  const signed = restrict(new SignedXml({ publicCert: pemOf(certificate, "CERTIFICATE") }));
  signed.getCertFromKeyInfo = () => null;
  try {
    signed.loadSignature(signature as unknown as Node);
    if (!signed.checkSignature(xml)) return null;
  } catch {
    return null;
  }
  const [covered, ...more] = signed.getSignedReferences();
  return covered !== undefined && more.length === 0 ? covered : null;
}

/** The one form there may be: anything else in a signature is a way to make it cover something else than it seems to. */
function requireForm(signature: Element, parent: Element, wholeDocument: boolean) {
  const [info, value, ...rest] = named(signature, ["SignedInfo", "SignatureValue", "KeyInfo?"]);
  const [canonicalization, method, reference] = named(info, [
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
  ]);
  const [transforms, digest] = named(reference, ["Transforms", "DigestMethod", "DigestValue"]);
  if (!value || rest.length > 1) throw new SignatureFault("misplaced", "a part of the signature");

  requireAlgorithm(canonicalization, (name) => name === exclusiveCanonicalization);
  requireAlgorithm(method, (name) => Object.hasOwn(signatureMethods, name));
  requireAlgorithm(digest, (name) => Object.hasOwn(digestNames, name));
  const [enveloped, exclusive] = named(transforms, ["Transform", "Transform"]);
  requireAlgorithm(enveloped, (name) => name === envelopedSignature);
  requireAlgorithm(exclusive, (name) => name === exclusiveCanonicalization);

  const id = parent.getAttribute("ID");
  const uri = reference?.getAttribute("URI");
  const covers = (id && uri === `#${id}`) || (wholeDocument && uri === "");
  if (!covers) throw new SignatureFault("misplaced", `reference ${uri ?? "missing"}`);
}

/** The children, if they are exactly these in this order; a name with `?` may be absent. */
function named(parent: Element | undefined, names: readonly string[]): (Element | undefined)[] {
  const children = parent ? elementsIn(parent) : [];
  const fits =
    children.length <= names.length &&
    names.every((name, index) => {
      const child = children[index];
      if (!child) return name.endsWith("?");
      return child.namespaceURI === ns.signature && child.localName === name.replace("?", "");
    });
  if (!fits) {
    const found = children.map((child) => child.localName).join(" ");
    throw new SignatureFault("misplaced", `${parent?.localName ?? "nothing"} holds ${found}`);
  }
  return children;
}

function requireAlgorithm(element: Element | undefined, allowed: (name: string) => boolean) {
  const name = element?.getAttribute("Algorithm") ?? "none";
  if (!allowed(name)) throw new SignatureFault("algorithm", name);
}

/** Signs the element of this ID and puts the signature behind its first child (Issuer) or, when there is none wanted, first. */
export function signXml(
  xml: string,
  id: string,
  key: { privateKey: string; certificate: string },
  place: { after: string } | { first: true },
  algorithm: { signature?: string; digest?: string } = {},
): string {
  const signed = restrict(
    new SignedXml({
      privateKey: key.privateKey,
      publicCert: pemOf(key.certificate, "CERTIFICATE"),
      signatureAlgorithm: algorithm.signature ?? rsaSha256,
      canonicalizationAlgorithm: exclusiveCanonicalization,
    }),
  );
  const target = `//*[@ID='${id}']`;
  signed.addReference({
    xpath: target,
    transforms: [envelopedSignature, exclusiveCanonicalization],
    digestAlgorithm: algorithm.digest ?? sha256,
  });
  signed.computeSignature(xml, {
    prefix: "ds",
    location:
      "first" in place
        ? { reference: target, action: "prepend" }
        : { reference: `${target}/*[local-name(.)='${place.after}']`, action: "after" },
  });
  return signed.getSignedXml();
}
