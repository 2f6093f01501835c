/** The site's certificate authorities and what they issue: TLS, the registrar, the mail signer, members. */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateEncrypt,
  randomBytes,
} from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import forge from "node-forge";
import { commonName, nameInCertificate, type Rdn, split } from "./dn.ts";
import { profiles, sender } from "./settings.ts";

const makeKeyPair = promisify(generateKeyPair);

export type Identity = { key: KeyObject; certificate: forge.pki.Certificate };

const names = [
  "site",
  "server",
  "registrar",
  "mail",
  "signer",
  "expired",
  "stranger",
  "client",
  "smime",
] as const;
type Name = (typeof names)[number];
export type Identities = Record<Name, Identity>;

const organization: Rdn[] = [
  { type: "O", value: "Stand-in for UPKI" },
  { type: "C", value: "JP" },
];
const day = 24 * 60 * 60 * 1000;
const dated = (days: number) => new Date(Date.now() + days * day);

/** The identities in the folder; they are made at the first start and stay. */
export async function identitiesIn(folder: string, registrarDays: number): Promise<Identities> {
  const file = join(folder, "keys.json");
  if (!existsSync(file)) {
    const made = await makeIdentities(registrarDays);
    const kept = Object.entries(made).map(([name, { key, certificate }]) => [
      name,
      { key: pemOf(key), certificate: forge.pki.certificateToPem(certificate) },
    ]);
    writeFileSync(`${file}.part`, JSON.stringify(Object.fromEntries(kept)), { mode: 0o600 });
    renameSync(`${file}.part`, file);
  }
  const kept = JSON.parse(readFileSync(file, "utf8")) as Record<Name, { key: string; certificate: string }>;
  const read = names.map((name) => [
    name,
    {
      key: createPrivateKey(kept[name].key),
      certificate: forge.pki.certificateFromPem(kept[name].certificate),
    },
  ]);
  return Object.fromEntries(read) as Identities;
}

async function makeIdentities(registrarDays: number): Promise<Identities> {
  const keys = await Promise.all(names.map(() => makeKeyPair("rsa", { modulusLength: 2048 })));
  const key = (name: Name) => keys[names.indexOf(name)]?.privateKey as KeyObject;
  const root = (name: Name, title: string) => {
    const subject = [{ type: "CN", value: title }, ...organization];
    const extensions = [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
      { name: "subjectKeyIdentifier" },
    ];
    const own = { key: key(name), subject, extensions, notBefore: dated(-1), notAfter: dated(7300) };
    return { key: key(name), certificate: certify(own, null) };
  };
  const leaf = (
    name: Name,
    issuer: Identity,
    title: string,
    extensions: object[],
    days: [number, number],
  ) => {
    const subject = [{ type: "CN", value: title }, ...organization];
    const [from, to] = days;
    const own = { key: key(name), subject, extensions, notBefore: dated(from), notAfter: dated(to) };
    return { key: key(name), certificate: certify(own, issuer) };
  };
  const usage = (purpose: string) => [
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", [purpose]: true },
  ];
  const address = { name: "subjectAltName", altNames: [{ type: 1, value: sender }] };
  const hosts = [
    { type: 2, value: "localhost" },
    { type: 7, ip: "127.0.0.1" },
  ];
  const site = root("site", "UPKI Stand-in Site CA");
  const mail = root("mail", "UPKI Stand-in Mail CA");
  const signing = [...usage("emailProtection"), address];
  return {
    site,
    server: leaf(
      "server",
      site,
      "localhost",
      [...usage("serverAuth"), { name: "subjectAltName", altNames: hosts }],
      [-1, 1825],
    ),
    registrar: leaf("registrar", site, "Registrar 0999", usage("clientAuth"), [-1, registrarDays]),
    mail,
    signer: leaf("signer", mail, "UPKI Support", signing, [-1, 1825]),
    expired: leaf("expired", mail, "UPKI Support", signing, [-800, -10]),
    // Names the same sender, but nobody vouches for it.
    stranger: leaf(
      "stranger",
      root("stranger", "UPKI Stand-in Mail CA"),
      "UPKI Support",
      signing,
      [-1, 1825],
    ),
    client: root("client", "UPKI Stand-in Client CA"),
    smime: root("smime", "UPKI Stand-in S/MIME CA"),
  };
}

type Wanted = {
  key: KeyObject;
  subject: Rdn[];
  extensions: object[];
  notBefore: Date;
  notAfter: Date;
  serialBits?: 64 | 128;
};

/** Self-signed where there is no issuer. */
function certify(wanted: Wanted, issuer: Identity | null): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  const spki = createPublicKey(wanted.key).export({ type: "spki", format: "pem" }).toString();
  certificate.publicKey = forge.pki.publicKeyFromPem(spki);
  certificate.serialNumber = randomSerial(wanted.serialBits ?? 64);
  certificate.validity.notBefore = wanted.notBefore;
  certificate.validity.notAfter = wanted.notAfter;
  const subject = attributesOf(wanted.subject);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer ? issuer.certificate.subject.attributes : subject);
  const identifier = (issuer?.certificate ?? certificate).generateSubjectKeyIdentifier().getBytes();
  certificate.setExtensions([
    ...wanted.extensions,
    { name: "authorityKeyIdentifier", keyIdentifier: identifier },
  ]);
  certificate.sign(signerOf(issuer?.key ?? wanted.key), forge.md.sha256.create());
  return certificate;
}

/** A positive number that needs all of its octets. */
function randomSerial(bits: 64 | 128): string {
  const octets = randomBytes(bits / 8);
  octets.writeUInt8(((octets[0] ?? 0) & 0x3f) | 0x40, 0);
  return octets.toString("hex");
}

/** X.501 begins with the country where the text begins with the CN. */
function attributesOf(rdns: readonly Rdn[]): forge.pki.CertificateField[] {
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
  return rdns.toReversed().map(({ type, value }) => ({
    shortName: type,
    value,
    valueTagClass: (printable.test(value)
      ? forge.asn1.Type.PRINTABLESTRING
      : forge.asn1.Type.UTF8) as unknown as forge.asn1.Class,
  }));
}

/** RSASSA-PKCS1-v1_5 with SHA-256 by OpenSSL inside Node, which is much faster than arithmetic in JavaScript. */
export function signerOf(key: KeyObject): forge.pki.rsa.PrivateKey {
  const sha256 = Buffer.from("3031300d060960864801650304020105000420", "hex");
  return {
    sign(digest: forge.md.MessageDigest) {
      const hash = Buffer.from(digest.digest().getBytes(), "latin1");
      const padded = { key, padding: constants.RSA_PKCS1_PADDING };
      return privateEncrypt(padded, Buffer.concat([sha256, hash])).toString("latin1");
    },
  } as unknown as forge.pki.rsa.PrivateKey;
}

export type Handed = { p12: Buffer; serial: string; notBefore: Date; notAfter: Date };

export async function memberKey(): Promise<KeyObject> {
  return (await makeKeyPair("rsa", { modulusLength: 2048 })).privateKey;
}

let kept: Promise<KeyObject> | undefined;

/** The same at every call. */
export function keptKey(): Promise<KeyObject> {
  kept ??= memberKey();
  return kept;
}

/** A certificate for a member's key, with it as a .p12 under the PIN. The months count from now. */
export async function issueTo(
  identities: Identities,
  wanted: { dn: string; profile: string; pin: string; fileName: string },
  privateKey: KeyObject,
): Promise<Handed> {
  const profile = profiles[wanted.profile] ?? { kind: "client" as const, months: 13 };
  const issuer = identities[profile.kind];
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  const notAfter = new Date(notBefore);
  if (profile.days) notAfter.setUTCDate(notAfter.getUTCDate() + profile.days);
  else notAfter.setUTCMonth(notAfter.getUTCMonth() + (profile.months ?? 0));
  const certificate = certify(
    {
      key: privateKey,
      subject: split(nameInCertificate(wanted.dn, profile.kind)),
      extensions: extensionsOf(wanted.dn, profile.kind),
      notBefore,
      notAfter,
      serialBits: profile.kind === "smime" ? 128 : 64,
    },
    issuer,
  );
  return {
    p12: p12Of({ key: privateKey, certificate }, issuer, wanted.pin, wanted.fileName),
    serial: BigInt(`0x${certificate.serialNumber}`).toString(),
    notBefore,
    notAfter,
  };
}

function extensionsOf(dn: string, kind: "client" | "smime"): object[] {
  const list = `http://repo.upki.example.ac.jp/${kind}/fullcrl.crl`;
  const shared = [
    { name: "basicConstraints", cA: false },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "subjectKeyIdentifier" },
    { name: "cRLDistributionPoints", altNames: [{ type: 6, value: list }] },
    { id: "2.5.29.32", value: policies("1.3.6.1.4.1.32264.3.2.1") },
  ];
  if (kind === "client") return [...shared, { name: "extKeyUsage", clientAuth: true }];
  return [
    ...shared,
    { name: "extKeyUsage", emailProtection: true },
    { name: "subjectAltName", altNames: [{ type: 1, value: commonName(dn) }] },
  ];
}

/** certificatePolicies with one policy (RFC 5280 §4.2.1.4). */
function policies(oid: string): string {
  const { asn1 } = forge;
  const policy = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(oid).getBytes());
  const sequence = (inner: forge.asn1.Asn1) =>
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [inner]);
  return asn1.toDer(sequence(sequence(policy))).getBytes();
}

export function p12Of(own: Identity, issuer: Identity, password: string, name: string): Buffer {
  const key = forge.pki.privateKeyFromPem(pemOf(own.key));
  const options = { algorithm: "aes256" as const, friendlyName: name, generateLocalKeyId: true };
  const p12 = forge.pkcs12.toPkcs12Asn1(key, [own.certificate, issuer.certificate], password, options);
  return Buffer.from(forge.asn1.toDer(p12).getBytes(), "latin1");
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
