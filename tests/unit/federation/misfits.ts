/** Genuine responses that are for somebody else, for another time, or not what a response may be. */
import { acsUrl, requestId, spEntityId, times } from "@/tests/support/saml.ts";
import { minutesFromNow, replace, without } from "./changes.ts";
import type { Wrong } from "./forgeries.ts";

const stranger = "https://stranger.example.ac.jp";

export const misfits: Wrong[] = [
  // who says it, and to whom
  ["from another provider than was asked", "issuer_mismatch", () => ({}), () => ({ issuer: stranger })],
  [
    "the assertion of another issuer than the response",
    "issuer_mismatch",
    () => ({
      assertion: (xml) => xml.replace(/<saml:Issuer>[^<]*/, `<saml:Issuer>${stranger}`),
    }),
  ],
  [
    "no issuer in a signed response",
    "issuer_mismatch",
    () => ({
      sign: "assertion",
      assertion: (xml) => xml.replace(/<saml:Issuer>[^<]*<\/saml:Issuer>/, "<saml:Issuer/>"),
    }),
  ],
  [
    "for another destination",
    "destination_mismatch",
    () => ({ response: replace(`Destination="${acsUrl}"`, `Destination="${stranger}/acs"`) }),
  ],
  [
    "no destination in a signed response",
    "destination_mismatch",
    () => ({ response: replace(` Destination="${acsUrl}"`, "") }),
  ],
  [
    "for another recipient",
    "recipient_mismatch",
    () => ({ assertion: replace(`Recipient="${acsUrl}"`, `Recipient="${stranger}/acs"`) }),
  ],
  ["no recipient", "recipient_mismatch", () => ({ assertion: replace(` Recipient="${acsUrl}"`, "") })],
  [
    "for another audience",
    "audience_mismatch",
    () => ({ assertion: replace(`>${spEntityId}<`, `>${stranger}<`) }),
  ],
  [
    "for an audience that begins like us",
    "audience_mismatch",
    () => ({ assertion: replace(`>${spEntityId}<`, `>${spEntityId}.stranger.example<`) }),
  ],
  ["no audience", "audience_mismatch", () => ({ assertion: without("AudienceRestriction") })],
  [
    "a second restriction that leaves us out",
    "audience_mismatch",
    () => ({
      assertion: replace(
        "</saml:AudienceRestriction>",
        `</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>${stranger}</saml:Audience></saml:AudienceRestriction>`,
      ),
    }),
  ],
  ["to another request", "in_response_to_mismatch", () => ({}), () => ({ requestId: "_other" })],
  [
    "unsolicited",
    "in_response_to_mismatch",
    () => ({ response: (xml) => xml.replace(` InResponseTo="${requestId}"`, "") }),
  ],
  [
    "confirmed for another request",
    "in_response_to_mismatch",
    () => ({ assertion: replace(`InResponseTo="${requestId}"`, 'InResponseTo="_other"') }),
  ],
  [
    "no request in the confirmation",
    "in_response_to_mismatch",
    () => ({ assertion: replace(`InResponseTo="${requestId}" `, "") }),
  ],
  // for whom and until when
  [
    "no bearer confirmation",
    "no_bearer_confirmation",
    () => ({ assertion: replace("cm:bearer", "cm:holder-of-key") }),
  ],
  ["no confirmation", "no_bearer_confirmation", () => ({ assertion: without("SubjectConfirmation") })],
  ["no subject", "no_bearer_confirmation", () => ({ assertion: without("Subject") })],
  ["past its end", "expired", () => ({}), () => ({ now: new Date(minutesFromNow(9)) })],
  ["before its beginning", "not_yet_valid", () => ({}), () => ({ now: new Date(minutesFromNow(-10)) })],
  [
    "its conditions over",
    "expired",
    () => ({
      assertion: (xml) => xml.replace(/(<saml:Conditions.*?NotOnOrAfter=")[^"]*/, `$1${minutesFromNow(-4)}`),
    }),
  ],
  [
    "its conditions without end",
    "time_malformed",
    () => ({
      assertion: (xml) => xml.replace(/(<saml:Conditions.*?) NotOnOrAfter="[^"]*"/, "$1"),
    }),
  ],
  [
    "its confirmation without end",
    "time_malformed",
    () => ({
      assertion: (xml) => xml.replace(/(<saml:SubjectConfirmationData.*?) NotOnOrAfter="[^"]*"/, "$1"),
    }),
  ],
  ["a time that is none", "time_malformed", () => ({ assertion: replace(times.notBefore, "tomorrow") })],
  ["no conditions", "time_malformed", () => ({ assertion: without("Conditions") })],
  ["no statement of a login", "no_authn_statement", () => ({ assertion: without("AuthnStatement") })],
  [
    "a login that ended",
    "expired",
    () => ({
      assertion: replace(
        "<saml:AuthnStatement ",
        `<saml:AuthnStatement SessionNotOnOrAfter="${minutesFromNow(-4)}" `,
      ),
    }),
  ],
  [
    "a condition nobody knows",
    "response_malformed",
    () => ({ assertion: replace("<saml:AudienceRestriction>", "<saml:Moon/><saml:AudienceRestriction>") }),
  ],
  // what the provider says
  [
    "the person gave up",
    "idp_login_failed",
    () => ({
      response: (xml) =>
        without("Assertion")(xml).replace(
          /<samlp:StatusCode[^>]*\/>/,
          '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode>',
        ),
    }),
  ],
  [
    "the provider cannot log in as asked",
    "idp_no_context",
    () => ({
      response: (xml) =>
        without("Assertion")(xml).replace(
          /<samlp:StatusCode[^>]*\/>/,
          '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"/></samlp:StatusCode>',
        ),
    }),
  ],
  [
    "the provider says no, with an assertion nevertheless",
    "idp_refused",
    () => ({
      response: replace("status:Success", "status:Requester"),
    }),
  ],
  // what XML can be made to do
  [
    "a document type",
    "response_forbidden_markup",
    () => ({ after: (xml) => `<!DOCTYPE r [<!ENTITY e "x">]>${xml}` }),
  ],
  [
    "a comment inside a value",
    "response_forbidden_markup",
    () => ({ after: replace("hanako@a.example.ac.jp", "hanako@a.example.ac.jp<!-- -->.stranger.example") }),
  ],
  [
    "a processing instruction",
    "response_forbidden_markup",
    () => ({ after: replace("hanako@a.example.ac.jp", "hanako@a.example<?x ?>.ac.jp") }),
  ],
  ["larger than 128 KB", "response_too_large", () => ({ after: replace("Hanako", "H".repeat(130_000)) })],
  [
    "five thousand elements",
    "response_too_complex",
    () => ({ after: replace("</samlp:Status>", `${"<a/>".repeat(5000)}</samlp:Status>`) }),
  ],
  [
    "five thousand levels",
    "response_too_complex",
    () => ({
      after: replace("</samlp:Status>", `${"<a>".repeat(5000)}${"</a>".repeat(5000)}</samlp:Status>`),
    }),
  ],
  [
    "five thousand attributes",
    "response_too_complex",
    () => ({
      after: replace(
        "<samlp:Status>",
        `<samlp:Status ${Array.from({ length: 5000 }, (_, n) => `a${n}=""`).join(" ")}>`,
      ),
    }),
  ],
  ["not well-formed", "response_malformed", () => ({ after: replace("</samlp:Response>", "") })],
  ["something else than a response", "response_malformed", () => ({ sign: "none", after: () => "<hello/>" })],
];
