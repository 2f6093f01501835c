/** The envelope: a Response of the expected provider to the expected request, with exactly one assertion in it. */
import { LoginRefusal } from "../refusal.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  type Element,
  everyElement,
  isElement,
  ns,
  textOf,
} from "../xml/tree.ts";
import { requireFresh } from "./times.ts";
import type { Expectation } from "./validate.ts";

const status = "urn:oasis:names:tc:SAML:2.0:status:";

/** What may bear an ID, a signature or an assertion where it does not belong is refused, signed or not. */
export function requireStructure(root: Element) {
  const ids = new Set<string>();
  let assertions = 0;
  for (const element of everyElement(root)) {
    if (isElement(element, ns.signature, "Signature")) {
      const parent = element.parentNode as Element;
      const right =
        isElement(parent, ns.protocol, "Response") || isElement(parent, ns.assertion, "Assertion");
      if (!right)
        throw new LoginRefusal("signature_misplaced", { actual: `signature inside ${parent.nodeName}` });
    }
    if (
      isElement(element, ns.assertion, "Assertion") ||
      isElement(element, ns.assertion, "EncryptedAssertion")
    ) {
      assertions += 1;
      if (element !== root && element.parentNode !== root)
        throw new LoginRefusal("signature_misplaced", {
          actual: `assertion inside ${element.parentNode?.nodeName}`,
        });
    }
    if (element !== root && isElement(element, ns.protocol, "Response"))
      throw new LoginRefusal("signature_misplaced", { actual: "response inside a response" });
    for (const name of ["ID", "Id", "id", "xml:id"]) {
      const id = attributeOf(element, name);
      if (id === null) continue;
      if (ids.has(id)) throw new LoginRefusal("signature_misplaced", { actual: "one ID twice" });
      ids.add(id);
    }
  }
  if (assertions > 1) throw new LoginRefusal("assertion_count", { expected: "1", actual: `${assertions}` });
}

/** The attributes of the Response itself. `signed` responses have to name sender and destination (SAML 2.0 Bindings §3.5.5.2). */
export function requireEnvelope(response: Element, expected: Expectation, { signed }: { signed: boolean }) {
  if (!isElement(response, ns.protocol, "Response"))
    throw new LoginRefusal("response_malformed", { expected: "Response", actual: response.nodeName });
  if (response.getAttribute("Version") !== "2.0")
    throw new LoginRefusal("response_malformed", {
      expected: "Version 2.0",
      actual: `${response.getAttribute("Version")}`,
    });

  const issuers = childrenOf(response, ns.assertion, "Issuer");
  if (issuers.length > 1) throw new LoginRefusal("response_malformed", { actual: "two issuers" });
  if (issuers[0] || signed) requireSame("issuer_mismatch", expected.issuer, textOf(issuers[0]) || null);

  const destination = attributeOf(response, "Destination");
  if (destination !== null || signed) requireSame("destination_mismatch", expected.acsUrl, destination);
  requireSame("in_response_to_mismatch", expected.requestId, attributeOf(response, "InResponseTo"));
  requireFresh(attributeOf(response, "IssueInstant"), expected.now, "IssueInstant of the Response");
}

/** The provider's own yes or no. */
export function requireSuccess(response: Element) {
  const code = childOf(childOf(response, ns.protocol, "Status") ?? response, ns.protocol, "StatusCode");
  const value = code?.getAttribute("Value") ?? "";
  if (value === `${status}Success`) return;
  const sub = (code && childOf(code, ns.protocol, "StatusCode")?.getAttribute("Value")) ?? "";
  const findings = { status: value.slice(0, 120), subStatus: sub.slice(0, 120) };
  if (sub === `${status}AuthnFailed`) throw new LoginRefusal("idp_login_failed", findings);
  if (sub === `${status}NoAuthnContext`) throw new LoginRefusal("idp_no_context", findings);
  throw new LoginRefusal("idp_refused", findings);
}

/** The one assertion, plain or encrypted. */
export function theAssertion(response: Element): { element: Element; encrypted: boolean } {
  const [plain] = childrenOf(response, ns.assertion, "Assertion");
  const [encrypted] = childrenOf(response, ns.assertion, "EncryptedAssertion");
  if (plain && !encrypted) return { element: plain, encrypted: false };
  if (encrypted && !plain) return { element: encrypted, encrypted: true };
  throw new LoginRefusal("assertion_count", { expected: "1", actual: plain ? "2" : "0" });
}

export function requireSame(
  code: "issuer_mismatch" | "destination_mismatch" | "in_response_to_mismatch" | "recipient_mismatch",
  expected: string,
  actual: string | null,
) {
  if (actual !== expected)
    throw new LoginRefusal(code, { expected, actual: actual?.slice(0, 500) ?? "missing" });
}
