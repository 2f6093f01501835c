/** Genuine responses that are for somebody else, for another time, or not what a response may be. The index of attacks is in forgeries.ts. */
import type { LoginCode } from "@/server/federation/refusal.ts";
import { signXml } from "@/server/federation/xml/signature.ts";
import { acsUrl, idpEntityId, requestId, spEntityId, times as written } from "@/tests/support/saml.ts";
import { attribute, minutesFromNow, replace, without } from "./changes.ts";
import type { Wrong } from "./forgeries.ts";

const stranger = "https://stranger.example.ac.jp";
const audience = (text: string) => replace(`>${spEntityId}<`, `>${text}<`);
const restriction = (text: string) =>
  `<saml:AudienceRestriction><saml:Audience>${text}</saml:Audience></saml:AudienceRestriction>`;

/** A name that a careless comparison takes for ours. */
const alike = (name: string): [string, string][] => [
  ["that begins like ours", `${name}.stranger.example`],
  ["that ends like ours", `https://stranger.example/?${name}`],
  ["that is ours in other case", name.toUpperCase()],
  ["that is ours with a slash", `${name}/`],
  ["that is a beginning of ours", name.slice(0, -1)],
  ["that is another", stranger],
  ["that is empty", ""],
];

const addresses: Wrong[] = [
  ["from another provider than was asked", "issuer_mismatch", () => ({}), () => ({ issuer: stranger })],
  [
    "from a provider whose name ours begins with",
    "issuer_mismatch",
    () => ({}),
    () => ({ issuer: `${idpEntityId}/b` }),
  ],
  [
    "the assertion of another issuer than the response",
    "issuer_mismatch",
    () => ({ assertion: (xml) => xml.replace(/<saml:Issuer>[^<]*/, `<saml:Issuer>${stranger}`) }),
  ],
  [
    "the response of another issuer than the assertion, which is signed",
    "issuer_mismatch",
    () => ({
      sign: "assertion",
      response: (xml) => xml.replace(/(<samlp:Response[^>]*><saml:Issuer[^>]*>)[^<]*/, `$1${stranger}`),
    }),
  ],
  [
    "no issuer in the assertion",
    "issuer_mismatch",
    () => ({ assertion: (xml) => xml.replace(/<saml:Issuer>[^<]*<\/saml:Issuer>/, "") }),
  ],
  [
    "an empty issuer in a signed response",
    "issuer_mismatch",
    () => ({ response: (xml) => xml.replace(/(<samlp:Response[^>]*><saml:Issuer[^>]*>)[^<]*/, "$1") }),
  ],
  [
    "a signed response without the element that names its issuer",
    "issuer_mismatch",
    () => ({
      signer: (xml, id, key) =>
        signXml(xml.replace(/<saml:Issuer .*?<\/saml:Issuer>/, ""), id, key, { first: true }),
    }),
  ],
  [
    "two issuers in the response",
    "response_malformed",
    () => ({
      response: (xml) => xml.replace(/(<samlp:Response[^>]*>)(<saml:Issuer.*?<\/saml:Issuer>)/, "$1$2$2"),
    }),
  ],
  ...alike(acsUrl).map(
    ([which, url]): Wrong => [
      `a destination ${which}`,
      "destination_mismatch",
      () => ({ response: attribute("samlp:Response", "Destination", url) }),
    ],
  ),
  [
    "another destination around a signed assertion",
    "destination_mismatch",
    () => ({ sign: "assertion", response: attribute("samlp:Response", "Destination", stranger) }),
  ],
  [
    "no destination in a signed response",
    "destination_mismatch",
    () => ({ response: attribute("samlp:Response", "Destination", null) }),
  ],
  ...alike(acsUrl).map(
    ([which, url]): Wrong => [
      `a recipient ${which}`,
      "recipient_mismatch",
      () => ({ assertion: attribute("saml:SubjectConfirmationData", "Recipient", url) }),
    ],
  ),
  [
    "no recipient",
    "recipient_mismatch",
    () => ({ assertion: attribute("saml:SubjectConfirmationData", "Recipient", null) }),
  ],
  ...alike(spEntityId).map(
    ([which, name]): Wrong => [
      `an audience ${which}`,
      "audience_mismatch",
      () => ({ assertion: audience(name) }),
    ],
  ),
  ["no audience", "audience_mismatch", () => ({ assertion: without("AudienceRestriction") })],
  ["a restriction without an audience", "audience_mismatch", () => ({ assertion: without("Audience") })],
  [
    "two audiences, none of them us",
    "audience_mismatch",
    () => ({ assertion: audience(`${stranger}</saml:Audience><saml:Audience>${spEntityId}x`) }),
  ],
  [
    "a second restriction that leaves us out",
    "audience_mismatch",
    () => ({
      assertion: replace(
        "</saml:AudienceRestriction>",
        `</saml:AudienceRestriction>${restriction(stranger)}`,
      ),
    }),
  ],
  ["to another request", "in_response_to_mismatch", () => ({}), () => ({ requestId: "_other" })],
  [
    "unsolicited",
    "in_response_to_mismatch",
    () => ({ response: attribute("samlp:Response", "InResponseTo", null) }),
  ],
  [
    "unsolicited, in the confirmation too",
    "in_response_to_mismatch",
    () => ({
      response: attribute("samlp:Response", "InResponseTo", null),
      assertion: attribute("saml:SubjectConfirmationData", "InResponseTo", null),
    }),
  ],
  [
    "to our request around an assertion for another, which is signed",
    "in_response_to_mismatch",
    () => ({
      sign: "assertion",
      assertion: attribute("saml:SubjectConfirmationData", "InResponseTo", "_other"),
    }),
  ],
  [
    "an empty request in the confirmation",
    "in_response_to_mismatch",
    () => ({ assertion: attribute("saml:SubjectConfirmationData", "InResponseTo", "") }),
  ],
  [
    "a request that begins like ours in the confirmation",
    "in_response_to_mismatch",
    () => ({ assertion: attribute("saml:SubjectConfirmationData", "InResponseTo", `${requestId}2`) }),
  ],
];

const garbled: [string, string | null][] = [
  ["missing", null],
  ["empty", ""],
  ["no time", "tomorrow"],
  ["a day without its time", "2026-04-01"],
  ["without a zone", "2026-04-01T03:04:00"],
  ["a month that is none", "2026-13-01T03:04:00Z"],
  ["a number", "1775012640"],
  ["as mail has it", "Wed, 01 Apr 2026 03:04:00 GMT"],
  ["with space around it", ` ${written.notOnOrAfter} `],
];

type When = [part: string, element: string, name: string, wrong: [string, string, LoginCode][]];

const lasting: [string, string, LoginCode][] = [["in the past", minutesFromNow(-4), "expired"]];
const moment: [string, string, LoginCode][] = [["to come", minutesFromNow(4), "not_yet_valid"]];
const issued: [string, string, LoginCode][] = [...moment, ["long ago", minutesFromNow(-19), "expired"]];

const moments: When[] = [
  [
    "the end of the conditions",
    "saml:Conditions",
    "NotOnOrAfter",
    [
      ...lasting,
      ["in two days", minutesFromNow(2 * 24 * 60), "valid_too_long"],
      ["in the year 9999", "9999-12-31T00:00:00Z", "valid_too_long"],
    ],
  ],
  [
    "the end of the confirmation",
    "saml:SubjectConfirmationData",
    "NotOnOrAfter",
    [
      ...lasting,
      ["in three hours", minutesFromNow(3 * 60), "valid_too_long"],
      ["in the year 9999", "9999-12-31T00:00:00Z", "valid_too_long"],
    ],
  ],
  ["the beginning of the conditions", "saml:Conditions", "NotBefore", moment],
  ["the beginning of the confirmation", "saml:SubjectConfirmationData", "NotBefore", moment],
  ["when the assertion was issued", "saml:Assertion", "IssueInstant", issued],
  ["when the response was issued", "samlp:Response", "IssueInstant", issued],
  ["when somebody logged in", "saml:AuthnStatement", "AuthnInstant", moment],
  ["when their session ends", "saml:AuthnStatement", "SessionNotOnOrAfter", lasting],
];

/** What need not be said. */
const optional = ["NotBefore", "SessionNotOnOrAfter"];

const times: Wrong[] = [
  ["past its end", "expired", () => ({}), () => ({ now: new Date(minutesFromNow(9)) })],
  ["before its beginning", "not_yet_valid", () => ({}), () => ({ now: new Date(minutesFromNow(-10)) })],
  [
    "exactly when the patience for clocks ends",
    "expired",
    () => ({}),
    () => ({ now: new Date(minutesFromNow(8)) }),
  ],
  ...moments.flatMap(([part, element, name, wrong]) => {
    const change = (value: string | null) =>
      element === "samlp:Response"
        ? { response: attribute(element, name, value) }
        : { assertion: attribute(element, name, value) };
    const rows: Wrong[] = garbled
      .filter(([, value]) => value !== null || !optional.includes(name))
      .map(([how, value]) => [`${part}: ${how}`, "time_malformed", () => change(value)]);
    for (const [how, value, code] of wrong) rows.push([`${part}: ${how}`, code, () => change(value)]);
    return rows;
  }),
  ["no conditions", "time_malformed", () => ({ assertion: without("Conditions") })],
  [
    "two conditions",
    "time_malformed",
    () => ({ assertion: (xml) => xml.replace(/(<saml:Conditions.*<\/saml:Conditions>)/, "$1$1") }),
  ],
];

const status =
  (value: string, sub = "") =>
  (xml: string) =>
    without("Assertion")(xml).replace(
      /<samlp:StatusCode[^>]*\/>/,
      `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${value}">${sub && `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${sub}"/>`}</samlp:StatusCode>`,
    );

const statements: Wrong[] = [
  [
    "no bearer confirmation",
    "no_bearer_confirmation",
    () => ({ assertion: replace("cm:bearer", "cm:holder-of-key") }),
  ],
  ["no confirmation", "no_bearer_confirmation", () => ({ assertion: without("SubjectConfirmation") })],
  [
    "a bearer confirmation without data",
    "no_bearer_confirmation",
    () => ({ assertion: without("SubjectConfirmationData") }),
  ],
  ["no subject", "no_bearer_confirmation", () => ({ assertion: without("Subject") })],
  ["no statement of a login", "no_authn_statement", () => ({ assertion: without("AuthnStatement") })],
  [
    "a condition nobody knows",
    "response_malformed",
    () => ({ assertion: replace("<saml:AudienceRestriction>", "<saml:Moon/><saml:AudienceRestriction>") }),
  ],
  ["the person gave up", "idp_login_failed", () => ({ response: status("Responder", "AuthnFailed") })],
  [
    "the provider cannot log in as asked",
    "idp_no_context",
    () => ({ response: status("Responder", "NoAuthnContext") }),
  ],
  ["the provider says no", "idp_refused", () => ({ response: status("Requester") })],
  [
    "the provider says no, and below it yes",
    "idp_refused",
    () => ({ response: status("Responder", "Success") }),
  ],
  [
    "the provider says neither yes nor no",
    "idp_refused",
    () => ({ response: (xml) => xml.replace(/<samlp:Status>.*<\/samlp:Status>/, "") }),
  ],
  [
    "the provider says no, with an assertion nevertheless",
    "idp_refused",
    () => ({ response: replace("status:Success", "status:Requester") }),
  ],
  [
    "another version of SAML",
    "response_malformed",
    () => ({ response: attribute("samlp:Response", "Version", "1.1") }),
  ],
  [
    "an assertion of another version",
    "response_malformed",
    () => ({ assertion: attribute("saml:Assertion", "Version", "1.1") }),
  ],
  ["something else than a response", "response_malformed", () => ({ sign: "none", after: () => "<hello/>" })],
  [
    "a response to a logout",
    "response_malformed",
    () => ({ response: replace("samlp:Response", "samlp:LogoutResponse"), sign: "none" }),
  ],
];

const many = (count: number, one: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => one(n)).join("");
const inStatus = (text: string) => replace("</samlp:Status>", `${text}</samlp:Status>`);
const laughs = `<!DOCTYPE r [<!ENTITY a "ha">${many(9, (n) => `<!ENTITY ${"bcdefghij"[n]} "${`&${"abcdefghi"[n]};`.repeat(10)}">`)}]>`;

const markup: Wrong[] = [
  ["a document type", "response_forbidden_markup", () => ({ after: (xml) => `<!DOCTYPE r>${xml}` })],
  [
    "an entity that expands to a billion",
    "response_forbidden_markup",
    () => ({ after: (xml) => laughs + xml.replace("Hanako", "&j;") }),
  ],
  [
    "an entity from a file",
    "response_forbidden_markup",
    () => ({
      after: (xml) => `<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>${xml.replace("Hanako", "&e;")}`,
    }),
  ],
  [
    "a document type from the network",
    "response_forbidden_markup",
    () => ({ after: (xml) => `<?xml version="1.0"?><!DOCTYPE r SYSTEM "https://stranger.example/d">${xml}` }),
  ],
  ["an entity nobody declared", "response_malformed", () => ({ after: replace("Hanako", "&nbsp;") })],
  [
    "a comment inside a value",
    "response_forbidden_markup",
    () => ({ after: replace("hanako@a.example.ac.jp", "hanako@a.example.ac.jp<!-- -->.stranger.example") }),
  ],
  [
    "a comment inside a value, which the signature leaves out",
    "response_forbidden_markup",
    () => ({
      assertion: replace("hanako@a.example.ac.jp", "hanako@a.example.ac.jp<!-- -->.stranger.example"),
    }),
  ],
  [
    "a comment inside the name of the audience",
    "response_forbidden_markup",
    () => ({
      sign: "assertion",
      after: replace(`>${spEntityId}<`, `>${spEntityId}<!---->.stranger.example<`),
    }),
  ],
  ["another XML", "response_malformed", () => ({ after: (xml) => `<?xml version="1.1"?>${xml}` })],
  ["a comment before it", "response_forbidden_markup", () => ({ after: (xml) => `<!-- -->${xml}` })],
  [
    "a processing instruction inside a value",
    "response_forbidden_markup",
    () => ({ assertion: replace("hanako@a.example.ac.jp", "hanako@a.example<?x ?>.ac.jp") }),
  ],
  [
    "a processing instruction behind it",
    "response_forbidden_markup",
    () => ({ after: (xml) => `${xml}<?x y?>` }),
  ],
  ["larger than 128 KB", "response_too_large", () => ({ after: replace("Hanako", "H".repeat(130_000)) })],
  ["five thousand elements", "response_too_complex", () => ({ after: inStatus("<a/>".repeat(5000)) })],
  ["fourteen thousand levels", "response_too_complex", () => ({ after: inStatus("<a>".repeat(14_000)) })],
  [
    "forty-one levels",
    "response_too_complex",
    () => ({ after: inStatus(`${"<a>".repeat(39)}${"</a>".repeat(39)}`) }),
  ],
  [
    "five thousand attributes of one element",
    "response_too_complex",
    () => ({ after: replace("<samlp:Status>", `<samlp:Status ${many(5000, (n) => `a${n}="" `)}>`) }),
  ],
  [
    "five thousand attributes of many",
    "response_too_complex",
    () => ({ after: inStatus(many(1700, () => '<a b="" c="" d=""/>')) }),
  ],
  [
    "more encrypted keys than anybody has time to try",
    "response_too_complex",
    () => ({ after: inStatus(many(17, () => '<x:EncryptedKey xmlns:x="urn:x"/>')) }),
  ],
  [
    "five thousand namespaces",
    "response_too_complex",
    () => ({ after: inStatus(`<a ${many(5000, (n) => `xmlns:n${n}="u" `)}/>`) }),
  ],
  ["not well-formed", "response_malformed", () => ({ after: replace("</samlp:Response>", "") })],
  ["two roots", "response_malformed", () => ({ after: (xml) => xml + xml })],
  ["text behind it", "response_malformed", () => ({ after: (xml) => `${xml}hello` })],
  ["a prefix nobody declared", "response_malformed", () => ({ after: inStatus("<x:y/>") })],
  [
    "one attribute twice under two prefixes",
    "response_malformed",
    () => ({ after: inStatus('<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>') }),
  ],
  [
    "a character that XML does not have",
    "response_malformed",
    () => ({ after: replace("Hanako", "Hana&#0;ko") }),
  ],
];

export const misfits: Wrong[] = [...addresses, ...times, ...statements, ...markup];
