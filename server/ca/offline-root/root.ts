/**
 * A root on a machine of its own: makes itself, signs the requests of issuing CAs, and its revocation list. Needs Node.js and this checkout, and neither
 * packages nor a database nor settings.
 */
import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { issueCertificate } from "../../pki/certificate.ts";
import { buildCrl } from "../../pki/crl.ts";
import { generateEcKey, generateRsaKey, type KeyPair, spki } from "../../pki/keys.ts";
import { formatName, type Name, parseName } from "../../pki/name.ts";
import { toPem } from "../../pki/pem.ts";
import { issuingCaProfile, rootProfile } from "../../pki/profile.ts";
import { readIssuer } from "../../pki/read.ts";
import { type ReadCaRequest, readCaRequest } from "../../pki/read-ca-request.ts";
import { readName } from "../../pki/read-name.ts";
import { newSerial, serialHex } from "../../pki/serial.ts";
import { keySigner } from "../../pki/signer.ts";
import { addCalendarMonths } from "../../pki/validity.ts";
import { RootFault } from "./fault.ts";
import {
  fileNames,
  keepState,
  makeFolder,
  type RootState,
  readFolder,
  replace,
  whileLocked,
} from "./folder.ts";
import { decryptKey, encryptKey, shortestPassphrase } from "./key-file.ts";

export const rootAlgorithms = ["rsa-4096", "rsa-3072", "p-384", "p-256"] as const;
export type RootAlgorithm = (typeof rootAlgorithms)[number];

/** Months. */
const terms = { root: 25 * 12, issuing: 15 * 12, list: 12 };
/** Machines whose clock is slow find a certificate already valid. */
const backdated = 60 * 60 * 1000;

/**
 * @param wish.name such as `CN=Example University Root CA G1,O=Example University,C=JP`
 * @returns its certificate, PEM
 * @throws RootFault `there`, `passphrase_short`; PkiError for a name that no certificate may carry
 */
export async function newRoot(wish: {
  folder: string;
  name: string;
  algorithm: RootAlgorithm;
  passphrase: string;
  now: Date;
}): Promise<string> {
  if ([...wish.passphrase].length < shortestPassphrase) throw new RootFault("passphrase_short");
  const subject = parseName(wish.name);
  const { publicKey, privateKey } = await makePair(wish.algorithm);
  const notBefore = new Date(wish.now.getTime() - backdated);
  const der = await issueCertificate(
    {
      profile: rootProfile,
      issuer: "self",
      subject,
      publicKey,
      serial: newSerial(),
      notBefore,
      notAfter: addCalendarMonths(notBefore, terms.root),
    },
    keySigner(privateKey),
  );
  const certificate = toPem(der, "CERTIFICATE");
  const state: RootState = { issued: [], revoked: [], crlNumber: 0 };
  makeFolder(wish.folder, {
    [fileNames.key]: encryptKey(privateKey, wish.passphrase),
    [fileNames.certificate]: certificate,
    [fileNames.state]: `${JSON.stringify(state, null, 2)}\n`,
  });
  return certificate;
}

/** A request as its signer should look at it before they sign. */
export type LookedAt = {
  subject: string;
  /** SHA-256 of its key (SubjectPublicKeyInfo). */
  keyFingerprint: string;
  purposes: readonly string[];
  /** Where the portal will publish this root's certificate and list. */
  caIssuersUrl: string;
  crlUrl: string;
};

const purposeNames = { "1.3.6.1.5.5.7.3.2": "clientAuth", "1.3.6.1.5.5.7.3.4": "emailProtection" } as const;

/** @throws RootFault `request`, `not_issuing_ca`, `no_addresses` */
export async function lookAtRequest(file: Uint8Array): Promise<LookedAt> {
  const { subject, publicKey, purpose, addresses } = await requestIn(file);
  return {
    subject: formatName(subject),
    keyFingerprint: createHash("sha256").update(spki(publicKey)).digest("hex").toUpperCase(),
    purposes: [purpose],
    ...addresses,
  };
}

/**
 * The same request is given the same certificate again.
 * @returns PEM
 * @throws RootFault also `passphrase`, `root_ends`, `in_use`
 */
export async function signRequest(wish: {
  folder: string;
  file: Uint8Array;
  passphrase: string;
  now: Date;
}): Promise<string> {
  const { folder, now } = wish;
  const request = await requestIn(wish.file);
  return whileLocked(folder, async () => {
    const root = openRoot(folder, wish.passphrase);
    const known = root.state.issued.find(({ certificate }) => isFor(certificate, request));
    if (known) return toPem(Buffer.from(known.certificate, "base64"), "CERTIFICATE");

    const notBefore = new Date(now.getTime() - backdated);
    const notAfter = new Date(
      Math.min(addCalendarMonths(notBefore, terms.issuing).getTime(), root.issuer.notAfter.getTime()),
    );
    if (notAfter < addCalendarMonths(now, 12)) throw new RootFault("root_ends");
    const serial = newSerial();
    const profile = issuingCaProfile({ extendedKeyUsage: [request.purpose], publication: request.addresses });
    const { subject, publicKey } = request;
    const der = await issueCertificate(
      { profile, issuer: root.issuer, subject, publicKey, serial, notBefore, notAfter },
      root.signer,
    );
    const certificate = Buffer.from(der).toString("base64");
    const entry = {
      serial: serialHex(serial),
      subject: formatName(subject),
      certificate,
      at: now.toISOString(),
    };
    keepState(folder, { ...root.state, issued: [...root.state.issued, entry] });
    return toPem(der, "CERTIFICATE");
  });
}

/**
 * A new revocation list, with one more certificate on it if `revoke` names one.
 * @returns PEM
 * @throws RootFault `passphrase`, `unknown_serial`, `in_use`
 */
export function makeList(wish: {
  folder: string;
  passphrase: string;
  now: Date;
  revoke?: { serial: string; reason: number };
}): Promise<{ pem: string; number: number; nextUpdate: Date }> {
  const { folder, now, revoke } = wish;
  return whileLocked(folder, async () => {
    const root = openRoot(folder, wish.passphrase);
    const serial = revoke?.serial.toLowerCase().replace(/[^0-9a-f]/g, "");
    if (serial !== undefined && !root.state.issued.some((issued) => issued.serial === serial))
      throw new RootFault("unknown_serial");
    const isNew = serial !== undefined && !root.state.revoked.some((entry) => entry.serial === serial);
    const added = isNew ? [{ serial, at: now.toISOString(), reason: revoke?.reason ?? 0 }] : [];
    const revoked = [...root.state.revoked, ...added];
    const number = root.state.crlNumber + 1;
    const nextUpdate = addCalendarMonths(now, terms.list);
    const der = await buildCrl(
      {
        issuerName: root.issuer.name,
        authorityKeyIdentifier: root.issuer.keyIdentifier,
        number,
        thisUpdate: now,
        nextUpdate,
        entries: revoked.map(({ at, ...entry }) => ({ ...entry, at: new Date(at) })),
      },
      root.signer,
    );
    const pem = toPem(der, "X509 CRL");
    // The number is spent before the list is there: none is ever given twice.
    keepState(folder, { ...root.state, revoked, crlNumber: number });
    replace(`${folder}/${fileNames.list}`, pem);
    return { pem, number, nextUpdate };
  });
}

export type RootView = RootState & { subject: string; fingerprint: string; notAfter: Date };

/** @throws RootFault `no_root`, `damaged` */
export function showRoot(folder: string): RootView {
  const { certificate, state } = readFolder(folder);
  const { subject, fingerprint256: fingerprint, validToDate: notAfter } = new X509Certificate(certificate);
  return { ...state, subject: subject.split("\n").reverse().join(","), fingerprint, notAfter };
}

function openRoot(folder: string, passphrase: string) {
  const { key, certificate, state } = readFolder(folder);
  const privateKey = decryptKey(key, passphrase);
  if (!privateKey) throw new RootFault("passphrase");
  const issuer = readIssuer(new X509Certificate(certificate).raw);
  return { issuer, state, signer: keySigner(privateKey) };
}

type Purpose = (typeof purposeNames)[keyof typeof purposeNames];

async function requestIn(file: Uint8Array) {
  let request: ReadCaRequest;
  let subject: Name;
  try {
    request = await readCaRequest(file);
    subject = readName(request.subject);
  } catch (error) {
    throw new RootFault("request", { because: error instanceof Error ? error.message : "" });
  }
  const { basicConstraints, extendedKeyUsage, crlUrls, caIssuersUrls } = request.extensions;
  const [usage = "", ...others] = extendedKeyUsage;
  const purpose: Purpose | undefined = purposeNames[usage as keyof typeof purposeNames];
  if (!basicConstraints?.isCa || basicConstraints.pathLength !== 0 || !purpose || others.length > 0)
    throw new RootFault("not_issuing_ca");
  const [crlUrl] = crlUrls;
  const [caIssuersUrl] = caIssuersUrls;
  if (!crlUrl || !caIssuersUrl) throw new RootFault("no_addresses");
  // Its signer looks at it in a terminal, where other characters could write over what they compare.
  if (![crlUrl, caIssuersUrl, formatName(subject)].every(isVisible))
    throw new RootFault("request", { because: "It holds characters that cannot be shown." });
  return { publicKey: request.publicKey, subject, purpose, addresses: { crlUrl, caIssuersUrl } };
}

function isVisible(text: string): boolean {
  return !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}

function isFor(certificate: string, request: { publicKey: KeyObject; subject: Name }): boolean {
  const known = readIssuer(Buffer.from(certificate, "base64"));
  return (
    formatName(known.name) === formatName(request.subject) &&
    (known.publicKey?.equals(request.publicKey) ?? false)
  );
}

function makePair(algorithm: RootAlgorithm): Promise<KeyPair> {
  switch (algorithm) {
    case "rsa-4096":
      return generateRsaKey(4096);
    case "rsa-3072":
      return generateRsaKey(3072);
    case "p-384":
      return generateEcKey("P-384");
    case "p-256":
      return generateEcKey("P-256");
  }
}
