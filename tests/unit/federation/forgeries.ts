/**
 * The attack suite, and where each class of attack stands. A row says what is wrong and the reason it is refused for.
 *
 * - signature wrapping, eight forms, with one and with both elements signed: wrappings.ts
 * - unsigned, foreign key, embedded key, HMAC, none, SHA-1, other transforms: `signatures` here
 * - 3DES, RSA 1.5, CBC without a signature, keys for others, what is inside: `encryptions` here
 * - several references: `signatures`; several assertions, two people, duplicate IDs: `counts` here
 * - comments, processing instructions, entities, DOCTYPE, huge and deep documents: misfits.ts, `markup`; off the main loop: off-loop.test.ts
 * - Issuer, Audience, Recipient, Destination, InResponseTo, unsolicited: misfits.ts, `addresses`
 * - missing, past, future, garbled and over-long times: misfits.ts, `times`
 * - no bearer confirmation, no AuthnStatement, what the provider says no to: misfits.ts, `statements`
 * - whatever else, by changes of chance: mutations.test.ts
 * - scopes, attributes that pose as id or address: attributes.test.ts
 * - replay, codes, sessions, tabs, redirects, login CSRF, replay memory: tests/integration/federation/{refusals,attacks}.test.ts
 * - metadata of every wrong kind: metadata.test.ts
 */

import type { LoginCode } from "@/server/federation/refusal.ts";
import { pemOf } from "@/server/federation/service/keys.ts";
import type { Expectation } from "@/server/federation/validation/validate.ts";
import { type Build, build, hanako, type Keys, signerBy, writeAssertion } from "@/tests/support/saml.ts";
import { encryptFor } from "@/tests/support/saml-encryption.ts";
import { both, more, replace, without } from "./changes.ts";

/** What is wrong, the code it is refused with, how to build it, and what of the expectation differs. */
export type Wrong = [string, LoginCode, (keys: Keys) => Build, ((keys: Keys) => Partial<Expectation>)?];

const dsig = "http://www.w3.org/2000/09/xmldsig#";
const enveloped = `${dsig}enveloped-signature`;
const inclusiveCanonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const exclusiveTransform = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>';
const methodNamed = (name: string) =>
  replace(`SignatureMethod Algorithm="${more}rsa-sha256"`, `SignatureMethod Algorithm="${name}"`);
const assertionOf = (xml: string) => /<saml:Assertion.*<\/saml:Assertion>/.exec(xml)?.[0] ?? "";

const signatures: Wrong[] = [
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
    "signed by a stranger's key, which it gives as bare numbers",
    "signature_invalid",
    (k) => ({
      key: k.stranger,
      after: (xml) =>
        xml.replace(
          /<ds:X509Data>.*?<\/ds:X509Data>/,
          "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>",
        ),
    }),
  ],
  [
    "signed by a stranger, with the provider's certificate beside it",
    "signature_invalid",
    (k) => ({ key: { ...k.stranger, certificate: k.idp.certificate } }),
  ],
  [
    "signed by nobody known: the provider has no certificate",
    "signature_invalid",
    () => ({}),
    () => ({ certificates: [] }),
  ],
  [
    "the assertion signed by a stranger inside a genuine response",
    "signature_invalid",
    (k) => ({ sign: "response", response: () => build(k, { sign: "assertion", key: k.stranger }) }),
  ],
  [
    "both signed, the response changed afterwards",
    "signature_invalid",
    () => ({ sign: "both", after: replace("status:Success", "status:Responder") }),
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
    "the meaning of a listed prefix changed after it was signed",
    "signature_invalid",
    () => ({
      assertion: replace("<saml:Assertion ", '<saml:Assertion xmlns:xsd="http://www.w3.org/2001/XMLSchema" '),
      algorithm: { prefixes: ["xsd"] },
      after: replace("http://www.w3.org/2001/XMLSchema", "urn:other"),
    }),
  ],
  [
    "the list of prefixes changed after it was signed",
    "signature_invalid",
    () => ({ algorithm: { prefixes: ["xsd"] }, after: replace('PrefixList="xsd"', 'PrefixList="xs"') }),
  ],
  [
    "truly signed with an RSA key of 1024 bits",
    "algorithm_refused",
    (k) => ({ key: k.weak }),
    (k) => ({ certificates: [k.weak.certificate] }),
  ],
  [
    "a list of prefixes that would take long to follow",
    "signature_misplaced",
    () => ({ algorithm: { prefixes: Array.from({ length: 65 }, (_, n) => `p${n}`) } }),
  ],
  [
    "elements in the list of prefixes",
    "signature_misplaced",
    () => ({
      algorithm: { prefixes: ["xsd"] },
      after: (xml) => xml.replace(/PrefixList="xsd"\/>/, 'PrefixList="xsd"><ec:x/></ec:InclusiveNamespaces>'),
    }),
  ],
  [
    "truly signed with SHA-1",
    "algorithm_refused",
    () => ({ signer: signerBy({ signature: `${dsig}rsa-sha1` }) }),
  ],
  ["truly digested with SHA-1", "algorithm_refused", () => ({ signer: signerBy({ digest: `${dsig}sha1` }) })],
  [
    "truly signed by HMAC, whose secret is the provider's public certificate",
    "algorithm_refused",
    (k) => ({
      signer: signerBy({ signature: `${dsig}hmac-sha1`, secret: pemOf(k.idp.certificate, "CERTIFICATE") }),
    }),
  ],
  ...[
    `${more}hmac-sha256`,
    `${dsig}dsa-sha1`,
    `${more}rsa-md5`,
    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
    "none",
    "",
  ].map(
    (name): Wrong => [
      `signed by ${name || "no algorithm"}`,
      "algorithm_refused",
      () => ({ after: methodNamed(name) }),
    ],
  ),
  [
    "signed by RSA and called ECDSA",
    "signature_invalid",
    () => ({ after: methodNamed(`${more}ecdsa-sha256`) }),
  ],
  [
    "truly signed by ECDSA and called RSA",
    "signature_invalid",
    (k) => ({ key: k.p256 }),
    (k) => ({ certificates: [k.p256.certificate] }),
  ],
  [
    "cut by HMACOutputLength",
    "signature_misplaced",
    () => ({
      after: replace(
        `<ds:SignatureMethod Algorithm="${more}rsa-sha256"/>`,
        `<ds:SignatureMethod Algorithm="${more}rsa-sha256"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>`,
      ),
    }),
  ],
  [
    "truly signed over inclusive canonical XML",
    "algorithm_refused",
    () => ({ signer: signerBy({ transforms: [enveloped, inclusiveCanonicalization] }) }),
  ],
  [
    "its SignedInfo in inclusive canonical XML",
    "algorithm_refused",
    () => ({ signer: signerBy({ canonicalization: inclusiveCanonicalization }) }),
  ],
  ...[
    "http://www.w3.org/TR/1999/REC-xslt-19991116",
    "http://www.w3.org/TR/1999/REC-xpath-19991116",
    `${dsig}base64`,
  ].map(
    (name): Wrong => [
      `transformed by ${name}`,
      "algorithm_refused",
      () => ({ after: replace(exclusiveTransform, `<ds:Transform Algorithm="${name}"/>`) }),
    ],
  ),
  [
    "a third transform",
    "signature_misplaced",
    () => ({ after: replace(exclusiveTransform, exclusiveTransform + exclusiveTransform) }),
  ],
  ["one transform only", "signature_misplaced", () => ({ after: replace(exclusiveTransform, "") })],
  [
    "another transform in place of the one that leaves the signature out",
    "algorithm_refused",
    () => ({ after: replace(`Transform Algorithm="${enveloped}"`, `Transform Algorithm="${dsig}base64"`) }),
  ],
  [
    "a part that has another name",
    "signature_misplaced",
    () => ({ after: replace("<ds:SignatureMethod ", "<ds:Moon ") }),
  ],
  [
    "the transforms the other way round",
    "algorithm_refused",
    () => ({
      after: (xml) => xml.replace(/(<ds:Transform A[^>]*enveloped[^>]*>)(<ds:Transform A[^>]*>)/, "$2$1"),
    }),
  ],
  [
    "an XPath hidden in the canonicalization",
    "signature_misplaced",
    () => ({
      after: replace(
        exclusiveTransform,
        exclusiveTransform.replace("/>", "><ds:XPath>not(self::saml:Subject)</ds:XPath></ds:Transform>"),
      ),
    }),
  ],
  [
    "a reference to everything",
    "signature_misplaced",
    () => ({ after: replace('URI="#_response"', 'URI=""') }),
  ],
  ["a reference without a URI", "signature_misplaced", () => ({ after: replace(' URI="#_response"', "") })],
  [
    "a reference by XPointer",
    "signature_misplaced",
    () => ({ after: replace('URI="#_response"', `URI="#xpointer(id('_response'))"`) }),
  ],
  [
    "a reference to another document",
    "signature_misplaced",
    () => ({ after: replace('URI="#_response"', 'URI="https://stranger.example/#_response"') }),
  ],
  [
    "the assertion's signature moved to the response",
    "signature_misplaced",
    () => ({
      sign: "assertion",
      after: (xml) => {
        const signature = /<ds:Signature.*<\/ds:Signature>/.exec(xml)?.[0] ?? "";
        return xml.replace(signature, "").replace("<samlp:Status>", `${signature}<samlp:Status>`);
      },
    }),
  ],
  [
    "two references",
    "signature_misplaced",
    () => ({ after: (xml) => xml.replace(/(<ds:Reference.*?<\/ds:Reference>)/, "$1$1") }),
  ],
  [
    "two signatures on one element",
    "signature_misplaced",
    () => ({ after: (xml) => xml.replace(/(<ds:Signature.*<\/ds:Signature>)/, "$1$1") }),
  ],
  [
    "a signature in the subject",
    "signature_misplaced",
    () => ({
      sign: "assertion",
      after: (xml) => xml.replace(/(<ds:Signature.*<\/ds:Signature>)<saml:Subject>/, "<saml:Subject>$1"),
    }),
  ],
  [
    "an object in the signature",
    "signature_misplaced",
    () => ({ after: replace("</ds:Signature>", "<ds:Object/></ds:Signature>") }),
  ],
  [
    "two SignedInfo",
    "signature_misplaced",
    () => ({ after: (xml) => xml.replace(/(<ds:SignedInfo>.*?<\/ds:SignedInfo>)/, "$1$1") }),
  ],
  [
    "an element inside the digest",
    "signature_misplaced",
    () => ({ after: (xml) => xml.replace(/<ds:DigestValue>/, "<ds:DigestValue><ds:x/>") }),
  ],
  [
    "an empty signature value",
    "signature_invalid",
    () => ({ after: (xml) => xml.replace(/<ds:SignatureValue>[^<]*/, "<ds:SignatureValue>") }),
  ],
];

/** Encrypted for us by whoever knows our public key, that is by anybody: the text inside is no better than one outside. */
const inside =
  (change: (assertion: string) => string, sign: Build["sign"] = "none") =>
  (k: Keys): Build => ({
    sign,
    response: (xml) => {
      const data = encryptFor(change(assertionOf(xml)), { certificate: k.sp.certificate });
      return xml.replace(
        assertionOf(xml),
        `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${data}</saml:EncryptedAssertion>`,
      );
    },
  });

const encryptions: Wrong[] = [
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
    "its key transported by OAEP with MD5",
    "algorithm_refused",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        oaep: { hash: "sha256" },
        after: replace("http://www.w3.org/2001/04/xmlenc#sha256", `${more}md5`),
      },
    }),
  ],
  [
    "its key transported with a mask nobody knows",
    "algorithm_refused",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        oaep: { mask: "sha256" },
        after: replace("mgf1sha256", "mgf1md5"),
      },
    }),
  ],
  [
    "encrypted for somebody else",
    "decryption_failed",
    (k) => ({ encrypt: { certificate: k.stranger.certificate } }),
  ],
  [
    "encrypted with another hash than it says",
    "decryption_failed",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        oaep: { hash: "sha512", mask: "sha256" },
        after: replace('xmlenc#sha512"', 'xmlenc#sha256"'),
      },
    }),
  ],
  [
    "encrypted with another mask than it says",
    "decryption_failed",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        oaep: { hash: "sha256", mask: "sha1" },
        after: replace("mgf1sha1", "mgf1sha512"),
      },
    }),
  ],
  [
    "a padding that does not begin with nought",
    "decryption_failed",
    (k) => ({ encrypt: { certificate: k.sp.certificate, oaep: { hash: "sha256", lead: 1 } } }),
  ],
  [
    "its label changed",
    "decryption_failed",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        oaep: { hash: "sha256", label: "a" },
        after: (xml) => xml.replace(/<xenc:OAEPparams>[^<]*/, "<xenc:OAEPparams>Yg=="),
      },
    }),
  ],
  [
    "encrypted by CBC outside a signed response",
    "unsigned",
    (k) => ({ sign: "assertion", encrypt: { certificate: k.sp.certificate, cipher: "aes-256-cbc" } }),
  ],
  [
    "a key of another length than the cipher's",
    "decryption_failed",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        cipher: "aes-128-gcm",
        after: replace("aes128-gcm", "aes256-gcm"),
      },
    }),
  ],
  [
    "its last octets changed",
    "decryption_failed",
    (k) => ({
      sign: "assertion",
      encrypt: {
        certificate: k.sp.certificate,
        after: (xml) =>
          xml.replace(/.{8}(<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/, "AAAAAAAA$1"),
      },
    }),
  ],
  [
    "its text cut off",
    "decryption_failed",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        after: (xml) =>
          xml.replace(/[^>]*(<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/, "AAAA$1"),
      },
    }),
  ],
  [
    "no key at all",
    "decryption_failed",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        after: (xml) => xml.replace(/<xenc:EncryptedKey.*<\/xenc:EncryptedKey>/, ""),
      },
    }),
  ],
  [
    "its text elsewhere",
    "decryption_failed",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        after: (xml) =>
          xml.replace(
            /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>(<\/xenc:CipherData><\/xenc:EncryptedData>)/,
            '<xenc:CipherReference URI="file:///etc/passwd"/>$1',
          ),
      },
    }),
  ],
  [
    "its key sealed for nine services",
    "response_too_complex",
    (k) => ({
      encrypt: {
        certificate: k.sp.certificate,
        others: Array.from({ length: 8 }, () => ({ certificate: k.stranger.certificate })),
      },
    }),
  ],
  [
    "two texts in one",
    "response_malformed",
    (k) => ({
      encrypt: { certificate: k.sp.certificate, after: (xml) => xml + xml.replaceAll("_key", "_other") },
    }),
  ],
  ["encrypted by anybody, unsigned inside", "unsigned", inside((assertion) => assertion)],
  [
    "encrypted by anybody, signed by a stranger inside",
    "signature_invalid",
    (k) => inside(() => assertionOf(build(k, { sign: "assertion", key: k.stranger })))(k),
  ],
  [
    "two assertions inside the encrypted one",
    "response_malformed",
    inside((assertion) => assertion + assertion, "response"),
  ],
  ["nothing inside the encrypted one", "response_malformed", inside(() => " ", "response")],
  [
    "something that closes what it is put into",
    "response_malformed",
    inside((assertion) => `${assertion}</opened><opened>`, "response"),
  ],
  [
    "a document type inside the encrypted one",
    "response_malformed",
    inside((assertion) => `<!DOCTYPE r [<!ENTITY e "x">]>${assertion}`, "response"),
  ],
  [
    "a comment inside the encrypted one",
    "response_forbidden_markup",
    inside(replace("hanako@a.example", "hanako@a<!-- -->.example"), "response"),
  ],
  [
    "a response inside the encrypted assertion",
    "assertion_count",
    inside(
      (assertion) => `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol">${assertion}</p:Response>`,
      "response",
    ),
  ],
  [
    "an assertion inside the assertion inside the encrypted one",
    "signature_misplaced",
    inside(
      (assertion) =>
        assertion.replace("<saml:Subject>", `<saml:Advice>${assertion}</saml:Advice><saml:Subject>`),
      "response",
    ),
  ],
  [
    "an encrypted name that is for somebody else",
    "decryption_failed",
    (k) => ({
      assertion: (xml) =>
        xml.replace(
          /<saml:NameID.*?<\/saml:NameID>/,
          (name) =>
            `<saml:EncryptedID>${encryptFor(name, { certificate: k.stranger.certificate })}</saml:EncryptedID>`,
        ),
    }),
  ],
  [
    "an encrypted name that is something else",
    "response_malformed",
    (k) => ({
      assertion: (xml) =>
        xml.replace(
          /<saml:NameID.*?<\/saml:NameID>/,
          `<saml:EncryptedID>${encryptFor("<saml:BaseID/>", { certificate: k.sp.certificate })}</saml:EncryptedID>`,
        ),
    }),
  ],
];

const counts: Wrong[] = [
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
        const other = build(k, {
          sign: "assertion",
          assertionId: "_two",
          assertion: replace("hanako@", "taro@"),
        });
        const first = build(k, { sign: "assertion", assertionId: "_one" });
        return first.replace("</samlp:Response>", `${assertionOf(other)}</samlp:Response>`);
      },
    }),
  ],
  [
    "one plain and one encrypted",
    "assertion_count",
    (k) => ({
      encrypt: { certificate: k.sp.certificate },
      response: replace("</samlp:Response>", `${writeAssertion("_second", hanako)}</samlp:Response>`),
    }),
  ],
  ["no assertion", "assertion_count", () => ({ response: without("Assertion") })],
  [
    "an assertion in the advice of the assertion",
    "signature_misplaced",
    () => ({
      assertion: replace(
        "</saml:Conditions>",
        `</saml:Conditions><saml:Advice>${writeAssertion("_advice", hanako)}</saml:Advice>`,
      ),
    }),
  ],
  [
    "an assertion among the extensions",
    "signature_misplaced",
    () => ({
      response: replace(
        "<samlp:Status>",
        `<samlp:Extensions>${writeAssertion("_extension", hanako)}</samlp:Extensions><samlp:Status>`,
      ),
    }),
  ],
  [
    "a response inside the response",
    "signature_misplaced",
    () => ({
      response: replace(
        "<samlp:Status>",
        '<samlp:Extensions><samlp:Response ID="_inner"/></samlp:Extensions><samlp:Status>',
      ),
    }),
  ],
  ...["ID", "Id", "id", "xml:id"].map(
    (name): Wrong => [
      `one ID twice, the second as ${name}`,
      "signature_misplaced",
      () => ({ response: replace("<samlp:Status>", `<samlp:Status ${name}="_response">`) }),
    ],
  ),
  [
    "the assertion with the response's ID",
    "signature_misplaced",
    () => ({ sign: "assertion", assertionId: "_response" }),
  ],
  [
    "an assertion alone, genuinely signed",
    "response_malformed",
    () => ({ sign: "assertion", after: assertionOf }),
  ],
  [
    "an assertion without an ID",
    "response_malformed",
    () => ({ assertion: both(replace(' ID="_assertion"', "")) }),
  ],
];

export const forgeries: Wrong[] = [...signatures, ...encryptions, ...counts];
