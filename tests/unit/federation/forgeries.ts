/** Responses that are not genuine, or not exactly one statement. */
import type { LoginCode } from "@/server/federation/refusal.ts";
import type { Expectation } from "@/server/federation/validation/validate.ts";
import { type Build, build, hanako, type Keys, writeAssertion } from "@/tests/support/saml.ts";
import { more, replace, without } from "./changes.ts";

/** What is wrong, the code it is refused with, how to build it, and what of the expectation differs. */
export type Wrong = [string, LoginCode, (keys: Keys) => Build, ((keys: Keys) => Partial<Expectation>)?];

export const forgeries: Wrong[] = [
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
];
