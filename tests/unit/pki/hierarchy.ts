/** A root, two issuing CAs and what they sign, as a portal would have them, for the tests of this room. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CertificateTemplate, issueCertificate, type Subject } from "@/server/pki/certificate.ts";
import { buildCrl, type RevocationList } from "@/server/pki/crl.ts";
import { generateEcKey, generateEdKey, generateRsaKey, type KeyPair } from "@/server/pki/keys.ts";
import { parseName } from "@/server/pki/name.ts";
import { toPem } from "@/server/pki/pem.ts";
import {
  clientAuthProfile,
  issuingCaProfile,
  type Profile,
  type Publication,
  rootProfile,
  smimeProfile,
} from "@/server/pki/profile.ts";
import { readIssuer } from "@/server/pki/read.ts";
import { newSerial } from "@/server/pki/serial.ts";
import { keySigner, type Signer } from "@/server/pki/signer.ts";
import { addCalendarMonths } from "@/server/pki/validity.ts";

export const now = new Date();

export type Authority = { certificate: Uint8Array; signer: Signer };

export type Hierarchy = { root: Authority; client: Authority; smime: Authority };

const keyMakers = {
  "RSA-2048": () => generateRsaKey(2048),
  "RSA-3072": () => generateRsaKey(3072),
  "RSA-4096": () => generateRsaKey(4096),
  "P-256": () => generateEcKey("P-256"),
  "P-384": () => generateEcKey("P-384"),
  Ed25519: generateEdKey,
} satisfies Record<string, () => Promise<KeyPair>>;
export type KeyName = keyof typeof keyMakers;
export const keyNames = Object.keys(keyMakers) as KeyName[];

export function newKey(name: KeyName): Promise<KeyPair> {
  return keyMakers[name]();
}

/** A private key as files of keys hold it. */
export function pkcs8Of({ privateKey }: Pick<KeyPair, "privateKey">): Uint8Array {
  return privateKey.export({ type: "pkcs8", format: "der" });
}

export function publicationOf(issuer: keyof Hierarchy): Publication {
  const base = `http://portal.example.ac.jp/pki/${issuer}`;
  return { caIssuersUrl: `${base}.cer`, crlUrl: `${base}.crl` };
}

export const policy = "2.25.329800735698586629295641978511506172918";

export const profiles = {
  client: clientAuthProfile({ publication: publicationOf("client"), policy }),
  smime: smimeProfile({ publication: publicationOf("smime"), policy }),
};

export async function hierarchy(key: KeyName): Promise<Hierarchy> {
  const rootKey = await newKey(key);
  const rootSigner = keySigner(rootKey.privateKey);
  const rootCertificate = await issueCertificate(
    { ...caSubject("Demo Root CA", rootKey, 240), profile: rootProfile, issuer: "self" },
    rootSigner,
  );
  const issuing = async (name: string, purpose: "clientAuth" | "emailProtection"): Promise<Authority> => {
    const pair = await newKey(key);
    const profile = issuingCaProfile({ extendedKeyUsage: [purpose], publication: publicationOf("root") });
    const subject = caSubject(name, pair, 120);
    const certificate = await issueCertificate(
      { ...subject, profile, issuer: readIssuer(rootCertificate) },
      rootSigner,
    );
    return { certificate, signer: keySigner(pair.privateKey) };
  };
  return {
    root: { certificate: rootCertificate, signer: rootSigner },
    client: await issuing("Demo Client CA", "clientAuth"),
    smime: await issuing("Demo S/MIME CA 花", "emailProtection"),
  };
}

function caSubject(name: string, pair: KeyPair, months: number): Subject {
  return {
    subject: [{ type: "CN", value: name }, ...parseName("O=Demo Federation,C=JP")],
    publicKey: pair.publicKey,
    serial: newSerial(),
    notBefore: now,
    notAfter: addCalendarMonths(now, months),
  };
}

export function holder(pair: KeyPair, rest: Partial<Subject> = {}): Subject {
  return {
    subject: parseName("CN=国立 花子,OU=No 11,O=Demo University A,L=Academe,C=JP"),
    publicKey: pair.publicKey,
    serial: newSerial(),
    notBefore: now,
    notAfter: addCalendarMonths(now, 52),
    ...rest,
  };
}

/** Issues under an authority of the hierarchy. */
export function issue(by: Authority, profile: Profile, subject: Subject): Promise<Uint8Array> {
  const template: CertificateTemplate = { ...subject, profile, issuer: readIssuer(by.certificate) };
  return issueCertificate(template, by.signer);
}

export function crlOf(by: Authority, entries: RevocationList["entries"], rest: Partial<RevocationList> = {}) {
  const { name, keyIdentifier } = readIssuer(by.certificate);
  const list = { issuerName: name, authorityKeyIdentifier: keyIdentifier, number: 1n, entries };
  const nextUpdate = new Date(now.getTime() + 7 * 86_400_000);
  return buildCrl({ ...list, thisUpdate: now, nextUpdate, ...rest }, by.signer);
}

/** A folder for other people's tools, with the files given: certificates and lists in PEM, whatever else as it is. */
export function folder(files: Readonly<Record<string, Uint8Array | readonly Uint8Array[] | string>>): {
  path: string;
  remove: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), "pki-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), inForm(name, content));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function inForm(name: string, content: Uint8Array | readonly Uint8Array[] | string): Uint8Array | string {
  const label = name.endsWith(".crl.pem") ? "X509 CRL" : "CERTIFICATE";
  if (typeof content === "string") return content;
  const parts = content instanceof Uint8Array ? [content] : content;
  if (!name.endsWith(".pem")) return Buffer.concat(parts);
  return parts.map((part) => toPem(part, label)).join("");
}
