/** Root and issuing CAs: made once for all processes on one database, then held ready to sign. */
import { createPrivateKey } from "node:crypto";
import type { Database, Transaction } from "../../db.ts";
import type { Kind } from "../../enrollment/kind.ts";
import type { Issuer as IssuerRow } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import { type Issuer, issueCertificate } from "../../pki/certificate.ts";
import { generateRsaKey, type KeyPair } from "../../pki/keys.ts";
import type { Name } from "../../pki/name.ts";
import { issuingCaProfile, type Profile, rootProfile } from "../../pki/profile.ts";
import { readIssuer } from "../../pki/read.ts";
import { newSerial } from "../../pki/serial.ts";
import { keySigner, type Signer } from "../../pki/signer.ts";
import { addCalendarMonths } from "../../pki/validity.ts";
import type { Bytes, Sealing } from "../../secrets/sealing.ts";
import { type Authority, certifier, publicationOf, type Subjects } from "./profiles.ts";

export const issuerIds = ["root", "client", "smime"] as const;
export type IssuerId = (typeof issuerIds)[number];

export function isIssuerId(id: string): id is IssuerId {
  return (issuerIds as readonly string[]).includes(id);
}

export type CertificateIssuer = Issuer & {
  /** DER. */
  certificate: Bytes;
  /** Its key is opened once and never leaves the process. */
  signer: Signer;
};

export type Issuers = { root: CertificateIssuer } & Record<Kind, CertificateIssuer & Subjects>;

type Parts = { db: Database; now: () => Date; sealing: Sealing; baseUrl: string; authority: Authority };

/** A look at the issuers that makes them where there are none, and remembers. What failed is tried again at the next look. */
export function issuersOf(parts: Parts): () => Promise<Issuers> {
  let known: Promise<Issuers> | null = null;
  return () => {
    known ??= load(parts).catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
}

async function load(parts: Parts): Promise<Issuers> {
  let rows = await parts.db.issuer.findMany();
  if (rows.length < issuerIds.length) rows = await makeOnce(parts);
  const { sealing, baseUrl, authority } = parts;
  const opened = (id: IssuerId) => openIssuer(id, rows, sealing);
  const issuing = (kind: Kind) => {
    const issuer = opened(kind);
    return { ...issuer, ...certifier(kind, issuer, publicationOf(baseUrl, kind), authority) };
  };
  return { root: opened("root"), client: issuing("client"), smime: issuing("smime") };
}

function openIssuer(id: IssuerId, rows: readonly IssuerRow[], sealing: Sealing): CertificateIssuer {
  const row = rows.find((row) => row.id === id);
  if (!row) throw new Error(`The issuer "${id}" is missing from the database.`);
  const pkcs8 = Buffer.from(sealing.open(row.sealedKey, sealedAs(id)));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  pkcs8.fill(0);
  return { ...readIssuer(row.certificate), certificate: row.certificate, signer: keySigner(key) };
}

function sealedAs(id: IssuerId): string {
  return `issuer-key/${id}`;
}

/** Any number that no other lock of this database has. */
const lock = 0x6361_6b65;

/** Processes that start together wait here for one another; all but the first find the issuers made. */
function makeOnce(parts: Parts): Promise<IssuerRow[]> {
  return parts.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lock}::bigint)`;
      const rows = await tx.issuer.findMany();
      if (rows.length > 0) return rows;
      log.info("The CA's keys and certificates are made, once for this database.");
      return make(tx, parts);
    },
    { maxWait: 60_000, timeout: 120_000 },
  );
}

const years = 12;
/** Longer than any certificate below it, with years to spare for the change to the next generation. */
const terms: Record<IssuerId, number> = { root: 25 * years, client: 15 * years, smime: 15 * years };

const titles: Record<IssuerId, string> = {
  root: "Root CA G1",
  client: "Client Authentication CA G1",
  smime: "S/MIME CA G1",
};

/** Devices whose clock is slow, and certificates that begin a little before their download, find an issuer already valid. */
const backdated = 60 * 60 * 1000;

/** RSA-3072: the widest reach among old devices and servers at 128 bits of strength. */
async function make(tx: Transaction, parts: Parts): Promise<IssuerRow[]> {
  const [rootKey, clientKey, smimeKey] = await Promise.all([
    generateRsaKey(3072),
    generateRsaKey(3072),
    generateRsaKey(3072),
  ]);
  const notBefore = new Date(parts.now().getTime() - backdated);
  const rootSigner = keySigner(rootKey.privateKey);

  const certify = async (id: IssuerId, keys: KeyPair, profile: Profile, issuer: Issuer | "self") => {
    const notAfter = addCalendarMonths(notBefore, terms[id]);
    const subject = nameOf(id, parts.authority);
    const { publicKey, privateKey } = keys;
    const template = { profile, issuer, subject, publicKey, serial: newSerial(), notBefore, notAfter };
    const certificate = Uint8Array.from(await issueCertificate(template, rootSigner));
    const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
    const sealedKey = parts.sealing.seal(pkcs8, sealedAs(id));
    pkcs8.fill(0);
    return tx.issuer.create({ data: { id, certificate, sealedKey, createdAt: parts.now() } });
  };

  const root = await certify("root", rootKey, rootProfile, "self");
  const issuer = readIssuer(root.certificate);
  const publication = publicationOf(parts.baseUrl, "root");
  const client = issuingCaProfile({ extendedKeyUsage: ["clientAuth"], publication });
  const smime = issuingCaProfile({ extendedKeyUsage: ["emailProtection"], publication });
  return [
    root,
    await certify("client", clientKey, client, issuer),
    await certify("smime", smimeKey, smime, issuer),
  ];
}

function nameOf(id: IssuerId, { system, organization, country }: Authority): Name {
  return [
    { type: "CN", value: `${system} ${titles[id]}` },
    { type: "O", value: organization },
    { type: "C", value: country },
  ];
}
