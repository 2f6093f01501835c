/**
 * Whether a SAML response proves who is at the browser. Everything is checked before anything is believed, and only what
 * a signature covers is read. No database and no clock of its own: it can run anywhere.
 */
import { LoginRefusal } from "../refusal.ts";
import { SignatureFault, signedPart } from "../xml/signature.ts";
import { childrenOf, type Element, isElement, ns } from "../xml/tree.ts";
import { readAssertion, type Statement } from "./assertion.ts";
import { openEncrypted } from "./encrypted.ts";
import { parse, prescan } from "./prescan.ts";
import { requireEnvelope, requireStructure, requireSuccess, theAssertion } from "./response.ts";

export type Expectation = {
  /** entityID of the provider that was asked. */
  issuer: string;
  /** Its signing certificates, base64 of DER. */
  certificates: readonly string[];
  requestId: string;
  acsUrl: string;
  audience: string;
  now: Date;
  /** Our keys that it may have encrypted for, PEM. */
  privateKeys: readonly string[];
};

/** `samlResponse` is the form field: base64. Throws a LoginRefusal; whatever else it throws is a fault of ours. */
export function validateResponse(samlResponse: string, expected: Expectation): Statement {
  const xml = decode(samlResponse);
  prescan(xml);
  const outer = parse(xml);
  requireStructure(outer);

  const signed = hasSignature(outer);
  const response = signed ? covered(outer, expected) : outer;
  requireEnvelope(response, expected, { signed });
  requireSuccess(response);

  const { element, encrypted } = theAssertion(response);
  const assertion = encrypted
    ? fromEncrypted(element, expected, signed)
    : fromPlain(outer, element, expected, signed);
  if (!isElement(assertion, ns.assertion, "Assertion"))
    throw new LoginRefusal("assertion_count", { actual: assertion.nodeName });
  return readAssertion(assertion, expected);
}

function fromPlain(outer: Element, inSigned: Element, expected: Expectation, signed: boolean): Element {
  // The assertion's own signature is checked where it was made: in the document as it arrived.
  const { element } = theAssertion(outer);
  if (hasSignature(element)) return covered(element, expected);
  requireSigned(signed);
  return inSigned;
}

function fromEncrypted(encrypted: Element, expected: Expectation, signed: boolean): Element {
  const assertion = openEncrypted(encrypted, expected, { authenticated: signed });
  requireStructure(assertion);
  if (hasSignature(assertion)) return covered(assertion, expected);
  requireSigned(signed);
  return assertion;
}

function requireSigned(signed: boolean) {
  if (!signed) throw new LoginRefusal("unsigned", { expected: "a signed Response or Assertion" });
}

function hasSignature(element: Element): boolean {
  return childrenOf(element, ns.signature, "Signature").length > 0;
}

/** What the element's own signature covers, parsed anew from the text that was signed. */
function covered(element: Element, { certificates }: Expectation): Element {
  try {
    return parse(signedPart(element, certificates));
  } catch (cause) {
    if (!(cause instanceof SignatureFault)) throw cause;
    const codes = {
      missing: "unsigned",
      misplaced: "signature_misplaced",
      algorithm: "algorithm_refused",
      invalid: "signature_invalid",
    } as const;
    throw new LoginRefusal(codes[cause.fault], { actual: cause.found }, cause);
  }
}

function decode(samlResponse: string): string {
  const base64 = samlResponse.replace(/\s+/g, "");
  if (base64 === "") throw new LoginRefusal("response_missing");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw new LoginRefusal("response_malformed", { actual: "not base64" });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(base64, "base64"));
  } catch (cause) {
    throw new LoginRefusal("response_malformed", { actual: "not UTF-8" }, cause);
  }
}
