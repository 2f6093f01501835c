/** An identity provider for tests: writes responses, right or wrong in one place, and signs and encrypts them like a real one. */
import "reflect-metadata";
import {
  constants,
  createCipheriv,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  webcrypto,
} from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { attributeNames } from "@/server/federation/attributes.ts";
import { type KeyPair, makeKeyPair, pemOf } from "@/server/federation/keys.ts";
import { signXml } from "@/server/federation/signature.ts";
import type { Expectation } from "@/server/federation/validation/validate.ts";
import { ns } from "@/server/federation/xml.ts";

export const now = new Date("2026-04-01T03:00:00Z");
export const idpEntityId = "https://idp.a.example.ac.jp/idp/shibboleth";
export const spEntityId = "https://portal.example.ac.jp/api/saml/metadata";
export const acsUrl = "https://portal.example.ac.jp/api/saml/acs";
export const requestId = "_request";

export type Keys = { idp: KeyPair; stranger: KeyPair; sp: KeyPair; oldSp: KeyPair; ec: KeyPair };

export async function makeKeys(): Promise<Keys> {
  const [idp, stranger, sp, oldSp] = await Promise.all(
    ["idp", "stranger", "sp", "old-sp"].map((name) => makeKeyPair(name, now)),
  );
  return { idp, stranger, sp, oldSp, ec: await ellipticKeyPair() } as Keys;
}

async function ellipticKeyPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
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

type Encryption = {
  certificate: string;
  cipher?: keyof typeof ciphers;
  oaep?: "sha1" | "sha256";
  rsa15?: boolean;
};

export type Build = {
  sign?: "response" | "assertion" | "both" | "none";
  key?: KeyPair;
  algorithm?: { signature?: string; digest?: string };
  encrypt?: Encryption;
  attributes?: Attributes;
  assertionId?: string;
  /** Changes of the text: of the assertion and the response before they are signed, and of the whole at the end. */
  assertion?: (xml: string) => string;
  response?: (xml: string) => string;
  after?: (xml: string) => string;
};

const minute = 60_000;
const at = (minutes: number) => new Date(now.getTime() + minutes * minute).toISOString();

/** What a time in the responses is, for tests that replace it. */
export const times = { issued: at(0), notBefore: at(-1), notOnOrAfter: at(5), authenticated: at(-2) };

/** The response as text; `form` makes it a form field. */
export function build(keys: Keys, options: Build = {}): string {
  const { sign = "response", key = keys.idp, algorithm, encrypt, assertionId = "_assertion" } = options;
  const { assertion = same, response = same, after = same } = options;
  let inner = assertion(writeAssertion(assertionId, options.attributes ?? hanako));
  if (sign === "assertion" || sign === "both")
    inner = signXml(inner, assertionId, key, { after: "Issuer" }, algorithm);
  if (encrypt)
    inner = `<saml:EncryptedAssertion xmlns:saml="${ns.assertion}">${encryptFor(inner, encrypt)}</saml:EncryptedAssertion>`;
  let whole = response(writeResponse(inner));
  if (sign === "response" || sign === "both")
    whole = signXml(whole, "_response", key, { after: "Issuer" }, algorithm);
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

export const ciphers = {
  "aes-128-cbc": "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
  "aes-192-cbc": "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
  "aes-256-cbc": "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
  "aes-128-gcm": "http://www.w3.org/2009/xmlenc11#aes128-gcm",
  "aes-192-gcm": "http://www.w3.org/2009/xmlenc11#aes192-gcm",
  "aes-256-gcm": "http://www.w3.org/2009/xmlenc11#aes256-gcm",
  "des-ede3-cbc": "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
} as const;

function encryptFor(
  xml: string,
  { certificate, cipher = "aes-256-gcm", oaep = "sha1", rsa15 }: Encryption,
): string {
  const gcm = cipher.endsWith("gcm");
  const key = randomBytes(cipher.startsWith("des") ? 24 : Number(cipher.slice(4, 7)) / 8);
  const iv = randomBytes(gcm ? 12 : cipher.startsWith("des") ? 8 : 16);
  const encryptor = createCipheriv(cipher as "aes-256-gcm", key, iv);
  const content = Buffer.concat([
    iv,
    encryptor.update(xml, "utf8"),
    encryptor.final(),
    ...(gcm ? [encryptor.getAuthTag()] : []),
  ]);
  const publicKey = createPublicKey(pemOf(certificate, "CERTIFICATE"));
  const sealed = rsa15
    ? publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, key)
    : publicEncrypt({ key: publicKey, oaepHash: oaep }, key);
  const transport = rsa15
    ? '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-1_5"/>'
    : oaep === "sha1"
      ? '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>'
      : `<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep"><ds:DigestMethod xmlns:ds="${ns.signature}" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><xenc11:MGF xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/></xenc:EncryptionMethod>`;
  return `<xenc:EncryptedData xmlns:xenc="${ns.encryption}" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="${ciphers[cipher]}"/><ds:KeyInfo xmlns:ds="${ns.signature}"><xenc:EncryptedKey>${transport}<xenc:CipherData><xenc:CipherValue>${sealed.toString("base64")}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>${content.toString("base64")}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`;
}
