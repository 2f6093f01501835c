/** What the assertion says, read from the signed text only: for whom, to whom, until when (SAML 2.0 Profiles §4.1.4). */
import { LoginRefusal } from "../refusal.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  type Element,
  elementsIn,
  isElement,
  ns,
  textOf,
} from "../xml/tree.ts";
import { openEncrypted } from "./encrypted.ts";
import { requireSame } from "./response.ts";
import {
  bounds,
  readOptionalTime,
  readTime,
  requireBefore,
  requireFresh,
  requireSince,
  requireWithin,
  skew,
} from "./times.ts";
import type { Expectation } from "./validate.ts";

const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

export type NameId = {
  value: string;
  format: string | null;
  nameQualifier: string | null;
  spNameQualifier: string | null;
};

/** `attributes`: by Name, each a list of what its values are. A value that is a NameID is kept as one. */
export type Statement = {
  assertionId: string;
  issuer: string;
  nameId: NameId | null;
  attributes: ReadonlyMap<string, readonly (string | NameId)[]>;
  authnContext: string | null;
  authnInstant: Date;
  /** Until when the provider wants the login to count (SessionNotOnOrAfter). */
  sessionUntil: Date | null;
  /** Until when this assertion could be shown again. */
  replayableUntil: Date;
};

export function readAssertion(assertion: Element, expected: Expectation): Statement {
  if (assertion.getAttribute("Version") !== "2.0")
    throw new LoginRefusal("response_malformed", { expected: "Version 2.0" });
  const assertionId = assertion.getAttribute("ID");
  if (!assertionId) throw new LoginRefusal("response_malformed", { actual: "an assertion without ID" });
  const issuer = textOf(childOf(assertion, ns.assertion, "Issuer"));
  requireSame("issuer_mismatch", expected.issuer, issuer || null);
  requireFresh(attributeOf(assertion, "IssueInstant"), expected.now, "IssueInstant of the Assertion");

  const subject = childOf(assertion, ns.assertion, "Subject");
  const confirmedUntil = requireBearer(subject, expected);
  const validUntil = requireConditions(assertion, expected);
  return {
    assertionId,
    issuer,
    nameId: readNameId(subject && nameIdOf(subject, expected)),
    attributes: readAttributes(assertion, expected),
    ...readAuthn(assertion, expected.now),
    replayableUntil: new Date(Math.max(confirmedUntil.getTime(), validUntil.getTime()) + skew),
  };
}

/** At least one bearer confirmation has to hold; when none does, the reason of the last one is given. */
function requireBearer(subject: Element | undefined, expected: Expectation): Date {
  let reason = new LoginRefusal("no_bearer_confirmation");
  for (const confirmation of subject ? childrenOf(subject, ns.assertion, "SubjectConfirmation") : []) {
    if (confirmation.getAttribute("Method") !== bearer) continue;
    const data = childOf(confirmation, ns.assertion, "SubjectConfirmationData");
    if (!data) continue;
    try {
      return confirm(data, expected);
    } catch (cause) {
      if (!(cause instanceof LoginRefusal)) throw cause;
      reason = cause;
    }
  }
  throw reason;
}

function confirm(data: Element, expected: Expectation): Date {
  requireSame("recipient_mismatch", expected.acsUrl, attributeOf(data, "Recipient"));
  requireSame("in_response_to_mismatch", expected.requestId, attributeOf(data, "InResponseTo"));
  const until = readTime(attributeOf(data, "NotOnOrAfter"), "SubjectConfirmationData NotOnOrAfter");
  requireBefore(until, expected.now, "SubjectConfirmationData NotOnOrAfter");
  requireWithin(until, expected.now, bounds.confirmation, "SubjectConfirmationData NotOnOrAfter");
  const from = readOptionalTime(attributeOf(data, "NotBefore"), "SubjectConfirmationData NotBefore");
  requireSince(from, expected.now, "SubjectConfirmationData NotBefore");
  return until;
}

function requireConditions(assertion: Element, expected: Expectation): Date {
  const [conditions, ...more] = childrenOf(assertion, ns.assertion, "Conditions");
  if (!conditions || more.length > 0)
    throw new LoginRefusal("time_malformed", {
      expected: "one Conditions",
      actual: `${more.length + (conditions ? 1 : 0)}`,
    });
  const until = readTime(attributeOf(conditions, "NotOnOrAfter"), "Conditions NotOnOrAfter");
  requireBefore(until, expected.now, "Conditions NotOnOrAfter");
  requireWithin(until, expected.now, bounds.conditions, "Conditions NotOnOrAfter");
  requireSince(
    readOptionalTime(attributeOf(conditions, "NotBefore"), "Conditions NotBefore"),
    expected.now,
    "Conditions NotBefore",
  );

  // Every restriction has to name us; within one, any of its audiences may (Core §2.5.1.4).
  const restrictions = childrenOf(conditions, ns.assertion, "AudienceRestriction");
  const named = restrictions.map((restriction) =>
    childrenOf(restriction, ns.assertion, "Audience").map(textOf),
  );
  if (named.length === 0 || !named.every((audiences) => audiences.includes(expected.audience)))
    throw new LoginRefusal("audience_mismatch", {
      expected: expected.audience,
      actual: named.flat().join(" ").slice(0, 500) || "missing",
    });

  // A condition that is not understood makes the whole assertion invalid (Core §2.5.1.1).
  const unknown = elementsIn(conditions).find(
    ({ localName }) => !["AudienceRestriction", "OneTimeUse", "ProxyRestriction"].includes(`${localName}`),
  );
  if (unknown) throw new LoginRefusal("response_malformed", { actual: `condition ${unknown.nodeName}` });
  return until;
}

function readAuthn(
  assertion: Element,
  now: Date,
): Pick<Statement, "authnContext" | "authnInstant" | "sessionUntil"> {
  const [statement] = childrenOf(assertion, ns.assertion, "AuthnStatement");
  if (!statement) throw new LoginRefusal("no_authn_statement");
  const authnInstant = readTime(attributeOf(statement, "AuthnInstant"), "AuthnInstant");
  requireSince(authnInstant, now, "AuthnInstant");
  const sessionUntil = readOptionalTime(attributeOf(statement, "SessionNotOnOrAfter"), "SessionNotOnOrAfter");
  if (sessionUntil) requireBefore(sessionUntil, now, "SessionNotOnOrAfter");
  const context = childOf(statement, ns.assertion, "AuthnContext");
  const authnContext = textOf(context && childOf(context, ns.assertion, "AuthnContextClassRef"));
  return { authnContext: authnContext || null, authnInstant, sessionUntil };
}

/** The same attribute twice is one set of values. */
function readAttributes(assertion: Element, expected: Expectation): Map<string, (string | NameId)[]> {
  const attributes = new Map<string, (string | NameId)[]>();
  for (const statement of childrenOf(assertion, ns.assertion, "AttributeStatement")) {
    for (const child of elementsIn(statement)) {
      const attribute = plainOf(child, "EncryptedAttribute", expected);
      if (!isElement(attribute, ns.assertion, "Attribute")) continue;
      const name = attribute.getAttribute("Name")?.trim();
      if (!name) continue;
      const values = attributes.get(name) ?? [];
      for (const value of childrenOf(attribute, ns.assertion, "AttributeValue")) {
        const nameId = readNameId(childOf(value, ns.assertion, "NameID"));
        // A value with other elements inside is nothing that is known here.
        if (nameId) values.push(nameId);
        else if (elementsIn(value).length === 0 && textOf(value)) values.push(textOf(value));
      }
      attributes.set(name, values);
    }
  }
  return attributes;
}

/** The name of the person, which may be encrypted though what is around it is not (Core §2.4.1). */
function nameIdOf(subject: Element, expected: Expectation): Element | undefined {
  const encrypted = childOf(subject, ns.assertion, "EncryptedID");
  const opened = encrypted && plainOf(encrypted, "EncryptedID", expected);
  if (opened && !isElement(opened, ns.assertion, "NameID"))
    throw new LoginRefusal("response_malformed", { actual: `${opened.nodeName} in an EncryptedID` });
  return opened ?? childOf(subject, ns.assertion, "NameID");
}

/** The element itself, or what is inside when it is encrypted. By now a signature is known to cover it. */
function plainOf(element: Element, name: string, expected: Expectation): Element {
  if (!isElement(element, ns.assertion, name)) return element;
  return openEncrypted(element, expected, { authenticated: true });
}

function readNameId(element: Element | undefined): NameId | null {
  if (!element || !textOf(element)) return null;
  return {
    value: textOf(element),
    format: attributeOf(element, "Format"),
    nameQualifier: attributeOf(element, "NameQualifier"),
    spNameQualifier: attributeOf(element, "SPNameQualifier"),
  };
}
