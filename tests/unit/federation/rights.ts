/** Responses that log somebody in: as the standard allows them, and as the software writes them that GakuNin's institutions run. */
import type { Expectation } from "@/server/federation/validation/validate.ts";
import {
  acsUrl,
  type Build,
  idpEntityId,
  type Keys,
  requestId,
  signerBy,
  spEntityId,
  times,
} from "@/tests/support/saml.ts";
import { encryptFor } from "@/tests/support/saml-encryption.ts";
import { both, minutesFromNow, more, replace } from "./changes.ts";

type Right = [string, (keys: Keys) => Build, ((keys: Keys) => Partial<Expectation>)?];

/** To encrypt for us. */
const sp = ({ sp: { certificate } }: Keys) => ({ certificate });
const xsd = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";
const withComments = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";

/** `xsi:type="xsd:string"` on every value: the prefix is used in no name, so it has to be kept by a PrefixList. */
const typed = replace("<saml:AttributeValue>", `<saml:AttributeValue ${xsi} xsi:type="xsd:string">`);
const onAssertion = replace("<saml:Assertion ", `<saml:Assertion ${xsd} `);
const onResponse = replace("<samlp:Response ", `<samlp:Response ${xsd} `);

const signatures: Right[] = [
  ["signed on the response", () => ({ sign: "response" })],
  ["signed on the assertion", () => ({ sign: "assertion" })],
  ["signed on both", () => ({ sign: "both" })],
  [
    "signed with the second of the provider's certificates",
    () => ({}),
    (k) => ({ certificates: [k.stranger.certificate, k.idp.certificate] }),
  ],
  [
    "signed with the first, while the second cannot be read",
    () => ({}),
    (k) => ({ certificates: ["AAAA", k.idp.certificate] }),
  ],
  [
    "signed by RSA with SHA-384",
    () => ({ algorithm: { signature: `${more}rsa-sha384`, digest: `${more}sha384` } }),
  ],
  ["signed by RSA with SHA-512", () => ({ algorithm: { signature: `${more}rsa-sha512`, digest: sha512 } })],
  ...(["p256", "p384", "p521"] as const).flatMap((curve) =>
    ["sha256", "sha384", "sha512"].map(
      (hash): Right => [
        `signed by ECDSA on ${curve} with ${hash}`,
        (k) => ({ key: k[curve], algorithm: { signature: `${more}ecdsa-${hash}` } }),
        (k) => ({ certificates: [k[curve].certificate] }),
      ],
    ),
  ),
  [
    "signed with comments kept, of which there are none",
    () => ({
      sign: "both",
      signer: signerBy({
        canonicalization: withComments,
        transforms: ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", withComments],
      }),
    }),
  ],
  [
    "with the key that signed it left out",
    () => ({ after: (xml) => xml.replace(/<ds:KeyInfo>.*?<\/ds:KeyInfo>/s, "") }),
  ],
  [
    "with another key named beside the signature, which nobody asks",
    (k) => ({
      after: (xml) =>
        xml.replace(/<ds:X509Certificate>[^<]*/, `<ds:X509Certificate>${k.stranger.certificate}`),
    }),
  ],
  [
    "with characters that only XML 1.1 takes for line ends",
    () => ({ attributes: { "urn:x": ["1&#x2028;2&#x85;3"] } }),
  ],
  [
    "with its base64 in lines",
    () => ({
      after: (xml) =>
        xml.replace(/(<ds:(?:SignatureValue|X509Certificate)>)([^<]*)/g, (_, tag, text) =>
          [tag, ...text.match(/.{1,64}/g), ""].join("\n"),
        ),
    }),
  ],
];

const encryptions: Right[] = [
  ["encrypted inside a signed response", (k) => ({ sign: "response", encrypt: sp(k) })],
  ["signed on both and encrypted", (k) => ({ sign: "both", encrypt: sp(k) })],
  ["encrypted by GCM with the signature inside", (k) => ({ sign: "assertion", encrypt: sp(k) })],
  ...([128, 192, 256] as const).flatMap((bits) =>
    (["cbc", "gcm"] as const).map(
      (mode): Right => [
        `encrypted by AES-${bits}-${mode.toUpperCase()} inside a signed response`,
        (k) => ({ encrypt: { ...sp(k), cipher: `aes-${bits}-${mode}` } }),
      ],
    ),
  ),
  ["its key by OAEP, SHA-1 said in words", (k) => ({ encrypt: { ...sp(k), oaep: { hash: "sha1" } } })],
  [
    "its key by OAEP with SHA-256, the mask by SHA-1",
    (k) => ({ encrypt: { ...sp(k), oaep: { hash: "sha256" } } }),
  ],
  ...(["sha1", "sha256", "sha384", "sha512"] as const).flatMap((hash) =>
    (["sha1", "sha256", "sha512"] as const).map(
      (mask): Right => [
        `its key by the OAEP of XML Encryption 1.1 with ${hash} and a mask by ${mask}`,
        (k) => ({ encrypt: { ...sp(k), oaep: { hash, mask } } }),
      ],
    ),
  ),
  [
    "its key by OAEP with a label",
    (k) => ({ encrypt: { ...sp(k), oaep: { hash: "sha256", label: "GakuNin" } } }),
  ],
  [
    "its key beside the data, found by a RetrievalMethod",
    (k) => ({ encrypt: { ...sp(k), place: "beside" } }),
  ],
  [
    "its key sealed for three services, ours the last, none named",
    (k) => ({
      encrypt: {
        ...sp(k),
        others: [{ certificate: k.stranger.certificate }, { certificate: k.oldSp.certificate }],
      },
    }),
  ],
  [
    "its key sealed for two services by name, for the other one by RSA 1.5",
    (k) => ({
      encrypt: {
        ...sp(k),
        place: "beside",
        recipient: spEntityId,
        others: [
          { certificate: k.stranger.certificate, recipient: "https://other.example.ac.jp", rsa15: true },
        ],
      },
    }),
  ],
  [
    "encrypted for our old key, during a rollover",
    (k) => ({ encrypt: { certificate: k.oldSp.certificate } }),
    (k) => ({ privateKeys: [k.sp.privateKey, k.oldSp.privateKey] }),
  ],
  [
    "encrypted without the namespaces that stand around it",
    (k) => ({
      response: (xml) => {
        const plain = /<saml:Assertion.*<\/saml:Assertion>/.exec(xml)?.[0] ?? "";
        const bare = plain.replace(/ xmlns:saml="[^"]*"/, "");
        const inside = `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${encryptFor(bare, sp(k))}</saml:EncryptedAssertion>`;
        return xml.replace(plain, inside);
      },
    }),
  ],
  [
    "with the name of the person encrypted",
    (k) => ({
      sign: "assertion",
      assertion: (xml) =>
        xml.replace(
          /<saml:NameID.*?<\/saml:NameID>/,
          (name) =>
            `<saml:EncryptedID>${encryptFor(name, { ...sp(k), cipher: "aes-128-cbc" })}</saml:EncryptedID>`,
        ),
    }),
  ],
  [
    "with an attribute encrypted",
    (k) => ({
      assertion: (xml) =>
        xml.replace(
          /<saml:Attribute .*?<\/saml:Attribute>/,
          (one) => `<saml:EncryptedAttribute>${encryptFor(one, sp(k))}</saml:EncryptedAttribute>`,
        ),
    }),
  ],
];

const shapes: Right[] = [
  [
    "as Shibboleth signs it, typed values and the prefix of their type in a PrefixList",
    () => ({ sign: "both", assertion: both(typed, onAssertion), algorithm: { prefixes: ["xsd"] } }),
  ],
  [
    "as Shibboleth signs it, the prefix declared on the response alone",
    () => ({
      sign: "response",
      assertion: typed,
      response: onResponse,
      algorithm: { prefixes: ["xsd"] },
    }),
  ],
  [
    "as Shibboleth encrypts it, typed values in a signed response",
    (k) => ({ sign: "response", assertion: both(typed, onAssertion), encrypt: sp(k), response: onResponse }),
  ],
  [
    "as SimpleSAMLphp writes it: both signed, typed values, a session that has an end",
    () => ({
      sign: "both",
      assertion: both(
        typed,
        onAssertion,
        replace(
          "<saml:AuthnStatement ",
          `<saml:AuthnStatement SessionNotOnOrAfter="${minutesFromNow(480)}" SessionIndex="_session" `,
        ),
      ),
    }),
  ],
  [
    "as Entra ID writes it: the assertion signed, namespaces without a prefix, valid for an hour",
    () => ({
      sign: "assertion",
      assertion: both(
        replace("saml:", ""),
        replace("xmlns:saml=", "xmlns="),
        replace(times.notOnOrAfter, minutesFromNow(65)),
      ),
    }),
  ],
  [
    "as AD FS writes it: the conditions last for eight hours, the confirmation for five minutes",
    () => ({
      sign: "both",
      assertion: (xml) => xml.replace(/(<saml:Conditions.*?NotOnOrAfter=")[^"]*/, `$1${minutesFromNow(480)}`),
    }),
  ],
  [
    "with all that may be said besides: message, locality, session, authority, consent, advice",
    () => ({
      assertion: both(
        replace("<saml:AuthnStatement ", '<saml:AuthnStatement SessionIndex="_s" '),
        replace(
          "<saml:AuthnContext>",
          '<saml:SubjectLocality Address="192.0.2.1" DNSName="client.example.ac.jp"/><saml:AuthnContext>',
        ),
        replace(
          "</saml:AuthnContextClassRef>",
          `</saml:AuthnContextClassRef><saml:AuthenticatingAuthority>${idpEntityId}/mfa</saml:AuthenticatingAuthority>`,
        ),
        replace(
          "</saml:Conditions>",
          "</saml:Conditions><saml:Advice><saml:AssertionIDRef>_earlier</saml:AssertionIDRef></saml:Advice>",
        ),
        replace("<saml:SubjectConfirmationData ", '<saml:SubjectConfirmationData Address="192.0.2.1" '),
      ),
      response: both(
        replace("</samlp:Status>", "<samlp:StatusMessage>done</samlp:StatusMessage></samlp:Status>"),
        replace(
          "<samlp:Response ",
          '<samlp:Response Consent="urn:oasis:names:tc:SAML:2.0:consent:obtained" ',
        ),
        replace(
          "<samlp:Status>",
          '<samlp:Extensions><x:y xmlns:x="urn:x"/></samlp:Extensions><samlp:Status>',
        ),
      ),
    }),
  ],
  [
    "with attributes in two statements, one value nil, one empty",
    () => ({
      assertion: replace(
        "</saml:AttributeStatement>",
        `</saml:AttributeStatement><saml:AttributeStatement><saml:Attribute Name="urn:x" FriendlyName="x"><saml:AttributeValue ${xsi} xsi:nil="true"/><saml:AttributeValue/></saml:Attribute></saml:AttributeStatement>`,
      ),
    }),
  ],
  ["with space between all elements, as people write XML", () => ({ response: replace("><", ">\n  <") })],
  [
    "with white space around audience and issuer",
    () => ({
      assertion: both(
        replace(`>${spEntityId}<`, `>\n  ${spEntityId}\n  <`),
        replace(`<saml:Issuer>${idpEntityId}<`, `<saml:Issuer> ${idpEntityId} <`),
      ),
    }),
  ],
  [
    "with its values in CDATA sections",
    () => ({ assertion: replace(">Hanako Kokuritsu<", "><![CDATA[Hanako Kokuritsu]]><") }),
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
    "to be used once, and by proxies of proxies no more",
    () => ({
      assertion: replace(
        "<saml:AudienceRestriction>",
        '<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/><saml:AudienceRestriction>',
      ),
    }),
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
  [
    "with a second bearer confirmation, for another service",
    () => ({
      assertion: replace(
        "</saml:SubjectConfirmation>",
        `</saml:SubjectConfirmation><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="${requestId}" NotOnOrAfter="${times.notOnOrAfter}" Recipient="${acsUrl}/other"/></saml:SubjectConfirmation>`,
      ),
    }),
  ],
  [
    "signed on the assertion, the response saying neither sender nor destination",
    () => ({
      sign: "assertion",
      after: (xml) =>
        xml
          .replace(` Destination="${acsUrl}"`, "")
          .replace(/(<samlp:Response[^>]*>)<saml:Issuer.*?<\/saml:Issuer>/, "$1"),
    }),
  ],
];

const clocks: Right[] = [
  [
    "two minutes after its end, by a clock that goes wrong",
    () => ({}),
    () => ({ now: new Date(minutesFromNow(7)) }),
  ],
  ["two minutes before it was issued", () => ({}), () => ({ now: new Date(minutesFromNow(-2)) })],
  [
    "its times with fractions of a second and in another zone",
    () => ({
      assertion: both(
        replace(times.notBefore, "2026-04-01T11:59:00+09:00"),
        replace(times.authenticated, "2026-04-01T02:58:00.1234567Z"),
      ),
    }),
  ],
];

export const rights: Right[] = [...signatures, ...encryptions, ...shapes, ...clocks];
