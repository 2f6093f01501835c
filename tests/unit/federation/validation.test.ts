import { beforeAll, describe, expect, test } from "vitest";
import type { LoginCode } from "@/server/federation/refusal.ts";
import { LoginRefusal } from "@/server/federation/refusal.ts";
import { type Expectation, validateResponse } from "@/server/federation/validation/validate.ts";
import {
  acsUrl,
  type Build,
  build,
  expectation,
  form,
  hanako,
  type Keys,
  makeKeys,
  requestId,
  spEntityId,
  times,
  writeAssertion,
} from "@/tests/support/saml.ts";
import { wrappings } from "./wrappings.ts";

let keys: Keys;

beforeAll(async () => {
  keys = await makeKeys();
});

/** The code it is refused with, or "accepted". */
function outcome(xml: string, changed: Partial<Expectation> = {}): LoginCode | "accepted" {
  try {
    validateResponse(form(xml), expectation(keys, changed));
    return "accepted";
  } catch (cause) {
    if (cause instanceof LoginRefusal) return cause.code;
    throw cause;
  }
}

const more = "http://www.w3.org/2001/04/xmldsig-more#";
const replace = (from: string, to: string) => (xml: string) => {
  if (!xml.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return xml.replaceAll(from, to);
};
const wholeTag = (name: string) => new RegExp(`<saml:${name}[ >].*</saml:${name}>|<saml:${name}[^>]*/>`);
const without = (name: string) => (xml: string) => {
  const changed = xml.replace(wholeTag(name), "");
  if (changed === xml) throw new Error(`no ${name}`);
  return changed;
};
const minutesFromNow = (minutes: number) =>
  new Date(new Date(times.issued).getTime() + minutes * 60_000).toISOString();

describe("a right response is accepted", () => {
  type Right = [string, (keys: Keys) => Build, ((keys: Keys) => Partial<Expectation>)?];
  const sp = ({ sp: { certificate } }: Keys) => ({ certificate });
  const rights: Right[] = [
    ["signed on the response", () => ({ sign: "response" })],
    ["signed on the assertion", () => ({ sign: "assertion" })],
    ["signed on both", () => ({ sign: "both" })],
    ["encrypted inside a signed response", (k) => ({ sign: "response", encrypt: sp(k) })],
    ["signed on both and encrypted", (k) => ({ sign: "both", encrypt: sp(k) })],
    ["encrypted by GCM with the signature inside", (k) => ({ sign: "assertion", encrypt: sp(k) })],
    ["encrypted by AES-128-CBC", (k) => ({ encrypt: { ...sp(k), cipher: "aes-128-cbc" } })],
    ["encrypted by AES-192-CBC", (k) => ({ encrypt: { ...sp(k), cipher: "aes-192-cbc" } })],
    ["encrypted by AES-256-CBC", (k) => ({ encrypt: { ...sp(k), cipher: "aes-256-cbc" } })],
    ["encrypted by AES-128-GCM", (k) => ({ encrypt: { ...sp(k), cipher: "aes-128-gcm" } })],
    ["encrypted by AES-192-GCM", (k) => ({ encrypt: { ...sp(k), cipher: "aes-192-gcm" } })],
    ["encrypted with OAEP and SHA-256", (k) => ({ encrypt: { ...sp(k), oaep: "sha256" } })],
    [
      "encrypted for our old key, during a rollover",
      (k) => ({ encrypt: { certificate: k.oldSp.certificate } }),
      (k) => ({ privateKeys: [k.sp.privateKey, k.oldSp.privateKey] }),
    ],
    [
      "signed with the second of the provider's certificates",
      () => ({}),
      (k) => ({ certificates: [k.stranger.certificate, k.idp.certificate] }),
    ],
    [
      "signed by RSA with SHA-384",
      () => ({ algorithm: { signature: `${more}rsa-sha384`, digest: `${more}sha384` } }),
    ],
    [
      "signed by RSA with SHA-512",
      () => ({
        algorithm: { signature: `${more}rsa-sha512`, digest: "http://www.w3.org/2001/04/xmlenc#sha512" },
      }),
    ],
    [
      "signed by ECDSA",
      (k) => ({ key: k.ec, algorithm: { signature: `${more}ecdsa-sha256` } }),
      (k) => ({ certificates: [k.ec.certificate] }),
    ],
    [
      "for two audiences, one of them us",
      () => ({
        assertion: replace(
          `<saml:Audience>${spEntityId}`,
          `<saml:Audience>https://other.example.ac.jp</saml:Audience><saml:Audience>${spEntityId}`,
        ),
      }),
    ],
    [
      "with OneTimeUse",
      () => ({
        assertion: replace("<saml:AudienceRestriction>", "<saml:OneTimeUse/><saml:AudienceRestriction>"),
      }),
    ],
    ["with white space around the audience", () => ({ assertion: replace(spEntityId, ` ${spEntityId} `) })],
    [
      "two minutes after its end, by a clock that goes wrong",
      () => ({}),
      () => ({ now: new Date(minutesFromNow(7)) }),
    ],
    [
      "with a second confirmation that is not bearer",
      () => ({
        assertion: replace(
          "<saml:SubjectConfirmation Method",
          `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/><saml:SubjectConfirmation Method`,
        ),
      }),
    ],
  ];
  test.each(rights)("%s", (_, options, changed = () => ({})) => {
    expect(outcome(build(keys, options(keys)), changed(keys))).toBe("accepted");
  });

  test("and its attributes are read, the same one twice as one list", () => {
    const attribute =
      '<saml:Attribute Name="urn:x"><saml:AttributeValue>V</saml:AttributeValue></saml:Attribute>';
    const xml = build(keys, {
      assertion: replace(
        "</saml:AttributeStatement>",
        `${attribute}${attribute.replace(">V<", ">W<")}</saml:AttributeStatement>`,
      ),
    });
    const { attributes, assertionId } = validateResponse(form(xml), expectation(keys));
    expect(attributes.get("urn:x")).toEqual(["V", "W"]);
    expect(assertionId).toBe("_assertion");
  });
});

describe("a wrong response is refused, each for its own reason", () => {
  type Wrong = [string, LoginCode, (keys: Keys) => Build, ((keys: Keys) => Partial<Expectation>)?];
  const stranger = "https://stranger.example.ac.jp";
  const wrongs: Wrong[] = [
    // whether it is genuine
    ["not signed at all", "unsigned", () => ({ sign: "none" })],
    [
      "its signature taken out",
      "unsigned",
      () => ({ after: (xml) => xml.replace(/<ds:Signature.*<\/ds:Signature>/, "") }),
    ],
    [
      "encrypted but not signed",
      "unsigned",
      (k) => ({ sign: "none", encrypt: { certificate: k.sp.certificate } }),
    ],
    ["signed by a stranger's key, which it brings along", "signature_invalid", (k) => ({ key: k.stranger })],
    [
      "the assertion signed by a stranger inside a genuine response",
      "signature_invalid",
      (k) => ({
        sign: "response",
        response: () => {
          const inner = build(k, { sign: "assertion", key: k.stranger });
          return inner;
        },
      }),
    ],
    ["changed after it was signed", "signature_invalid", () => ({ after: replace("hanako@", "admin@") })],
    [
      "its digest changed",
      "signature_invalid",
      () => ({ after: (xml) => xml.replace(/<ds:DigestValue>./, "<ds:DigestValue>x") }),
    ],
    [
      "the assertion changed after it was signed",
      "signature_invalid",
      () => ({ sign: "assertion", after: replace("hanako@", "admin@") }),
    ],
    [
      "signed with SHA-1",
      "algorithm_refused",
      () => ({ after: replace(`${more}rsa-sha256`, "http://www.w3.org/2000/09/xmldsig#rsa-sha1") }),
    ],
    [
      "digested with SHA-1",
      "algorithm_refused",
      () => ({
        after: replace(
          'DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"',
          'DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"',
        ),
      }),
    ],
    [
      "signed with HMAC",
      "algorithm_refused",
      () => ({ after: replace(`${more}rsa-sha256`, "http://www.w3.org/2000/09/xmldsig#hmac-sha1") }),
    ],
    [
      "signed by no algorithm",
      "algorithm_refused",
      () => ({
        after: replace(`SignatureMethod Algorithm="${more}rsa-sha256"`, 'SignatureMethod Algorithm="none"'),
      }),
    ],
    [
      "transformed by XSLT",
      "algorithm_refused",
      () => ({
        after: replace(
          'Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
          'Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"',
        ),
      }),
    ],
    [
      "a reference to everything",
      "signature_misplaced",
      () => ({ after: replace('URI="#_response"', 'URI=""') }),
    ],
    [
      "two references",
      "signature_misplaced",
      () => ({ after: (xml) => xml.replace(/(<ds:Reference.*?<\/ds:Reference>)/, "$1$1") }),
    ],
    [
      "an object in the signature",
      "signature_misplaced",
      () => ({ after: replace("</ds:Signature>", "<ds:Object/></ds:Signature>") }),
    ],
    // encryption
    [
      "encrypted with 3DES",
      "algorithm_refused",
      (k) => ({ encrypt: { certificate: k.sp.certificate, cipher: "des-ede3-cbc" } }),
    ],
    [
      "its key transported by RSA 1.5",
      "algorithm_refused",
      (k) => ({ encrypt: { certificate: k.sp.certificate, rsa15: true } }),
    ],
    [
      "encrypted for somebody else",
      "decryption_failed",
      (k) => ({ encrypt: { certificate: k.stranger.certificate } }),
    ],
    [
      "encrypted by CBC outside a signed response",
      "unsigned",
      (k) => ({
        sign: "assertion",
        encrypt: { certificate: k.sp.certificate, cipher: "aes-256-cbc" },
      }),
    ],
    // how many
    [
      "two assertions",
      "assertion_count",
      () => ({
        response: replace("</samlp:Response>", `${writeAssertion("_second", hanako)}</samlp:Response>`),
      }),
    ],
    [
      "two signed assertions of different people",
      "assertion_count",
      (k) => ({
        sign: "none",
        response: () => {
          const first = build(k, { sign: "assertion", assertionId: "_one" });
          const second = /<saml:Assertion.*<\/saml:Assertion>/.exec(
            build(k, { sign: "assertion", assertionId: "_two" }),
          )?.[0];
          return first.replace("</samlp:Response>", `${second}</samlp:Response>`);
        },
      }),
    ],
    ["no assertion", "assertion_count", () => ({ response: without("Assertion") })],
    [
      "one ID twice",
      "signature_misplaced",
      () => ({ response: replace("<samlp:Status>", '<samlp:Status ID="_response">') }),
    ],
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
        assertion: (xml) =>
          xml.replace(/(<saml:Conditions.*?NotOnOrAfter=")[^"]*/, `$1${minutesFromNow(-4)}`),
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
    [
      "something else than a response",
      "response_malformed",
      () => ({ sign: "none", after: () => "<hello/>" }),
    ],
  ];
  test.each(wrongs)("%s: %s", (_, code, options, changed = () => ({})) => {
    expect(outcome(build(keys, options(keys)), changed(keys))).toBe(code);
  });

  test.each(wrappings)("a genuine assertion wrapped into a forged response: %s", (_, wrap) => {
    const genuine = build(keys, { sign: wrap.signed });
    expect(outcome(genuine)).toBe("accepted");
    const wrapped = wrap.make(genuine);
    expect(wrapped).toContain("admin@");
    expect(["signature_misplaced", "assertion_count", "signature_invalid", "unsigned"]).toContain(
      outcome(wrapped),
    );
  });

  test("no field, no base64, no UTF-8", () => {
    const outcomeOf = (field: string) => {
      try {
        validateResponse(field, expectation(keys));
        return "accepted";
      } catch (cause) {
        return (cause as LoginRefusal).code;
      }
    };
    expect(outcomeOf("")).toBe("response_missing");
    expect(outcomeOf("<xml/>")).toBe("response_malformed");
    expect(outcomeOf(Buffer.from([0x3c, 0xff, 0xfe]).toString("base64"))).toBe("response_malformed");
  });
});
