/**
 * The signature of a metadata document: its form, and whose it is. Metadata carry it as the first child of their root (SAML 2.0 Metadata
 * §2.3.1, §2.3.2), so that it is known to be genuine, and which digest it promises, before the rest is read.
 */
import { createHash } from "node:crypto";
import {
  digestNames,
  envelopedSignature,
  exclusiveCanonicalization,
  exclusiveWithComments,
  signatureMethods,
  verifiesText,
} from "../xml/algorithms.ts";
import { canonicalizer, type Scope, withDeclared } from "../xml/canonical.ts";
import { prefixesOf, SignatureFault } from "../xml/signature.ts";
import { attributeIn, type Tag } from "../xml/stream.ts";
import { ns } from "../xml/tree.ts";

/** An element of the signature with what is in it, in its order. */
export type Branch = { tag: Tag; inside: (Branch | string)[] };

export type Promised = {
  /** As node:crypto calls it. */
  digest: string;
  value: Buffer;
  prefixes: readonly string[];
  /** The digest is of the document and not of its root alone: instructions around the root count. */
  wholeDocument: boolean;
  /** SHA-256 of the certificate that verified it. */
  signer: string;
};

const canonicalizations = [exclusiveCanonicalization, exclusiveWithComments];

/** What the root's signature promises of it, or a SignatureFault. Certificates are base64 of DER. */
export function promisedBy(signature: Branch, root: Tag, certificates: readonly string[]): Promised {
  const [info, value] = named(signature, ["SignedInfo", "SignatureValue", "KeyInfo?"]);
  const [canonicalization, method, reference] = named(info, [
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
  ]);
  const [transforms, digest, digestValue] = named(reference, ["Transforms", "DigestMethod", "DigestValue"]);
  const [enveloped, exclusive] = named(transforms, ["Transform", "Transform"]);

  const signedBy = algorithmOf(method, Object.keys(signatureMethods));
  const digestedBy = algorithmOf(digest, Object.keys(digestNames));
  for (const step of [canonicalization, exclusive]) algorithmOf(step, canonicalizations);
  algorithmOf(enveloped, [envelopedSignature]);
  for (const bare of [method, digest, enveloped]) named(bare, []);
  if (!info) throw new SignatureFault("misplaced", "a part of the signature");

  const uri = reference ? attributeIn(reference.tag, "URI") : null;
  const id = attributeIn(root, "ID");
  const wholeDocument = uri === "";
  if (!wholeDocument && !(id && uri === `#${id}`))
    throw new SignatureFault("misplaced", `reference ${uri ?? "missing"}`);

  const scope = withDeclared(withDeclared(new Map(), root), signature.tag);
  const signed = canonicalOf(info, prefixListOf(canonicalization), scope);
  for (const certificate of certificates)
    if (verifiesText(signed, octetsIn(value), certificate, signedBy))
      return {
        digest: digestNames[digestedBy] ?? "",
        value: octetsIn(digestValue),
        prefixes: prefixListOf(exclusive),
        wholeDocument,
        signer: fingerprintOf(certificate),
      };
  throw new SignatureFault("invalid", `none of ${certificates.length} certificates verifies it`);
}

export function fingerprintOf(certificate: string): string {
  return createHash("sha256").update(Buffer.from(certificate, "base64")).digest("hex");
}

/** The children, if they are exactly these in this order, with nothing but space between; a name with `?` may be absent. */
function named(parent: Branch | undefined, names: readonly string[]): (Branch | undefined)[] {
  const children = parent?.inside.filter((inside) => typeof inside !== "string") ?? [];
  const stray = parent?.inside.some((inside) => typeof inside === "string" && inside.trim() !== "") ?? false;
  const fits =
    !stray &&
    children.length <= names.length &&
    names.every((name, index) => {
      const child = children[index]?.tag;
      if (!child) return name.endsWith("?");
      return child.uri === ns.signature && child.local === name.replace("?", "");
    });
  if (!fits) {
    const found = stray ? "text" : children.map(({ tag }) => tag.local).join(" ");
    throw new SignatureFault("misplaced", `${parent?.tag.local ?? "nothing"} holds ${found}`);
  }
  return children;
}

function algorithmOf(element: Branch | undefined, allowed: readonly string[]): string {
  const name = (element && attributeIn(element.tag, "Algorithm")) ?? "none";
  if (!allowed.includes(name)) throw new SignatureFault("algorithm", name);
  return name;
}

/** The PrefixList of an exclusive canonicalization; nothing else may stand in it. */
function prefixListOf(transform: Branch | undefined): string[] {
  const children = transform?.inside.filter((inside) => typeof inside !== "string") ?? [];
  const [inclusive, ...more] = children;
  if (!inclusive) return [];
  const { uri, local } = inclusive.tag;
  if (more.length > 0 || uri !== exclusiveCanonicalization || local !== "InclusiveNamespaces")
    throw new SignatureFault("misplaced", `${transform?.tag.local} holds ${local}`);
  if (inclusive.inside.length > 0)
    throw new SignatureFault("misplaced", `${inclusive.tag.name} holds something`);
  return prefixesOf(attributeIn(inclusive.tag, "PrefixList") ?? "");
}

function canonicalOf(branch: Branch, prefixes: readonly string[], scope: Scope): string {
  const pieces: string[] = [];
  const canonical = canonicalizer((piece) => pieces.push(piece), { prefixes, scope });
  const walk = ({ tag, inside }: Branch) => {
    canonical.open(tag);
    for (const part of inside) {
      if (typeof part === "string") canonical.text(part);
      else walk(part);
    }
    canonical.close(tag);
  };
  walk(branch);
  return pieces.join("");
}

function octetsIn(element: Branch | undefined): Buffer {
  const text = element?.inside.filter((inside) => typeof inside === "string").join("") ?? "";
  if (element?.inside.some((inside) => typeof inside !== "string"))
    throw new SignatureFault("misplaced", `${element.tag.local} holds an element`);
  return Buffer.from(text, "base64");
}

export function isRootSignature({ uri, local }: Tag): boolean {
  return uri === ns.signature && local === "Signature";
}
