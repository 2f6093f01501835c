/** An identity provider for tests: writes responses, right or wrong in one place, and signs and encrypts them like a real one. */
import "reflect-metadata";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { SignedXml } from "xml-crypto";
import { attributeNames } from "@/server/federation/people/attributes.ts";
import { type KeyPair, makeKeyPair, pemOf } from "@/server/federation/service/keys.ts";
import type { Expectation } from "@/server/federation/validation/validate.ts";
import { signXml } from "@/server/federation/xml/signature.ts";
import { ns } from "@/server/federation/xml/tree.ts";
import { type Encryption, encryptFor } from "./saml-encryption.ts";

export const now = new Date("2026-04-01T03:00:00Z");
export const idpEntityId = "https://idp.a.example.ac.jp/idp/shibboleth";
export const spEntityId = "https://portal.example.ac.jp/api/saml/metadata";
export const acsUrl = "https://portal.example.ac.jp/api/saml/acs";
export const requestId = "_request";

export type Keys = Record<"idp" | "stranger" | "sp" | "oldSp" | "weak" | "p256" | "p384" | "p521", KeyPair>;

export async function makeKeys(): Promise<Keys> {
  const [idp, stranger, sp, oldSp] = await Promise.all(
    ["idp", "stranger", "sp", "old-sp"].map((name) => makeKeyPair(name, now)),
  );
  const weak = await makeKeyPair("weak", now, 1024);
  const [p256, p384, p521] = await Promise.all(["P-256", "P-384", "P-521"].map(ellipticKeyPair));
  return { idp, stranger, sp, oldSp, weak, p256, p384, p521 } as Keys;
}

async function ellipticKeyPair(namedCurve: string): Promise<KeyPair> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
  const algorithm = { name: "ECDSA", namedCurve, hash: "SHA-256" };
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: ["ec"] }],
      signingAlgorithm: algorithm,
      keys: {
        privateKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]),
        publicKey: await webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
      } as CryptoKeyPair,
    },
    webcrypto as Crypto,
  );
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: Buffer.from(certificate.rawData).toString("base64"),
  };
}

export function expectation(keys: Keys, changed: Partial<Expectation> = {}): Expectation {
  return {
    issuer: idpEntityId,
    certificates: [keys.idp.certificate],
    requestId,
    acsUrl,
    audience: spEntityId,
    now,
    privateKeys: [keys.sp.privateKey],
    ...changed,
  };
}

export type Attributes = Readonly<Record<string, readonly string[]>>;

export const hanako: Attributes = {
  [attributeNames.uniqueId]: ["f00d@a.example.ac.jp"],
  [attributeNames.eppn]: ["hanako@a.example.ac.jp"],
  [attributeNames.displayName]: ["Hanako Kokuritsu"],
  [attributeNames.jaDisplayName]: ["国立 花子"],
  [attributeNames.mail]: ["hanako@a.example.ac.jp"],
};

export type Build = {
  sign?: "response" | "assertion" | "both" | "none";
  key?: KeyPair;
  algorithm?: { signature?: string; digest?: string; prefixes?: readonly string[] };
  /** How to sign, where it is not as the portal itself does. */
  signer?: Signer;
  encrypt?: Encryption;
  attributes?: Attributes;
  assertionId?: string;
  /** Changes of the text: of the assertion and the response before they are signed, and of the whole at the end. */
  assertion?: (xml: string) => string;
  response?: (xml: string) => string;
  after?: (xml: string) => string;
};

/** The text with the element of this ID signed. */
export type Signer = (xml: string, id: string, key: KeyPair) => string;

const minute = 60_000;
const at = (minutes: number) => new Date(now.getTime() + minutes * minute).toISOString();

/** What a time in the responses is, for tests that replace it. */
export const times = { issued: at(0), notBefore: at(-1), notOnOrAfter: at(5), authenticated: at(-2) };

/** The response as text; `form` makes it a form field. */
export function build(keys: Keys, options: Build = {}): string {
  const { sign = "response", key = keys.idp, algorithm, encrypt, assertionId = "_assertion" } = options;
  const { assertion = same, response = same, after = same } = options;
  const { signer = (xml, id) => signXml(xml, id, key, { after: "Issuer" }, algorithm) } = options;
  let inner = assertion(writeAssertion(assertionId, options.attributes ?? hanako));
  if (sign === "assertion" || sign === "both") inner = signer(inner, assertionId, key);
  if (encrypt)
    inner = `<saml:EncryptedAssertion xmlns:saml="${ns.assertion}">${encryptFor(inner, encrypt)}</saml:EncryptedAssertion>`;
  let whole = response(writeResponse(inner));
  if (sign === "response" || sign === "both") whole = signer(whole, "_response", key);
  return after(whole);
}

export function form(xml: string): string {
  return Buffer.from(xml, "utf8").toString("base64");
}

function same(xml: string): string {
  return xml;
}

function writeResponse(inner: string): string {
  return `<samlp:Response xmlns:samlp="${ns.protocol}" ID="_response" Version="2.0" IssueInstant="${times.issued}" Destination="${acsUrl}" InResponseTo="${requestId}"><saml:Issuer xmlns:saml="${ns.assertion}">${idpEntityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${inner}</samlp:Response>`;
}

export function writeAssertion(id: string, attributes: Attributes): string {
  const list = Object.entries(attributes)
    .map(([name, values]) => {
      const inside = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join("");
      return `<saml:Attribute Name="${name}">${inside}</saml:Attribute>`;
    })
    .join("");
  return `<saml:Assertion xmlns:saml="${ns.assertion}" ID="${id}" Version="2.0" IssueInstant="${times.issued}"><saml:Issuer>${idpEntityId}</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_once</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="${requestId}" NotOnOrAfter="${times.notOnOrAfter}" Recipient="${acsUrl}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${times.notBefore}" NotOnOrAfter="${times.notOnOrAfter}"><saml:AudienceRestriction><saml:Audience>${spEntityId}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${times.authenticated}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${list}</saml:AttributeStatement></saml:Assertion>`;
}

const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";

/** Signs by somebody else's library, also in ways that the portal would not: with SHA-1, with HMAC, with other transforms. */
export function signerBy({
  signature = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  digest = "http://www.w3.org/2001/04/xmlenc#sha256",
  canonicalization = exclusive,
  transforms = ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", exclusive],
  secret = undefined as string | undefined,
} = {}): Signer {
  return (xml, id, key) => {
    const signed = new SignedXml({
      privateKey: secret ?? key.privateKey,
      publicCert: secret ? undefined : pemOf(key.certificate, "CERTIFICATE"),
      signatureAlgorithm: signature,
      canonicalizationAlgorithm: canonicalization as typeof exclusive,
    });
    if (secret) signed.enableHMAC();
    const xpath = `//*[@ID='${id}']`;
    signed.addReference({
      xpath,
      transforms,
      digestAlgorithm: digest,
    });
    const location = { reference: `${xpath}/*[local-name(.)='Issuer']`, action: "after" as const };
    signed.computeSignature(xml, { prefix: "ds", location });
    return signed.getSignedXml();
  };
}
