/** The built-in root and the first issuing CAs: made once for all processes on one database. */
import type { Transaction } from "../../db.ts";
import type { IssuerKind, Issuer as IssuerRow } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import { type Issuer, issueCertificate } from "../../pki/certificate.ts";
import { generateRsaKey, type KeyPair } from "../../pki/keys.ts";
import type { Name } from "../../pki/name.ts";
import { issuingCaProfile, type Profile, rootProfile } from "../../pki/profile.ts";
import { readIssuer } from "../../pki/read.ts";
import { newSerial } from "../../pki/serial.ts";
import { keySigner } from "../../pki/signer.ts";
import { addCalendarMonths } from "../../pki/validity.ts";
import { type IssuerParts, sealedAs } from "./issuers.ts";
import { type Authority, publicationOf } from "./profiles.ts";

/** Any number that no other lock of this database has. */
const lock = 0x6361_6b65;

/** Processes that start together wait here for one another; all but the first find the issuers made. */
export function found(parts: IssuerParts): Promise<IssuerRow[]> {
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
export const terms: Record<IssuerKind, number> = { root: 25 * years, client: 15 * years, smime: 15 * years };

const titles: Record<IssuerKind, string> = {
  root: "Root CA",
  client: "Client Authentication CA",
  smime: "S/MIME CA",
};

/** The subject of a CA's certificate; each generation has a name of its own. */
export function nameOf(
  kind: IssuerKind,
  generation: number,
  { system, organization, country }: Authority,
): Name {
  return [
    { type: "CN", value: `${system} ${titles[kind]} G${generation}` },
    { type: "O", value: organization },
    { type: "C", value: country },
  ];
}

/** Devices whose clock is slow, and certificates that begin a little before their download, find an issuer already valid. */
const backdated = 60 * 60 * 1000;

/** RSA-3072: the widest reach among old devices and servers at 128 bits of strength. */
async function make(tx: Transaction, parts: IssuerParts): Promise<IssuerRow[]> {
  const [rootKey, clientKey, smimeKey] = await Promise.all([
    generateRsaKey(3072),
    generateRsaKey(3072),
    generateRsaKey(3072),
  ]);
  const now = parts.now();
  const notBefore = new Date(now.getTime() - backdated);
  const rootSigner = keySigner(rootKey.privateKey);

  const certify = async (kind: IssuerKind, keys: KeyPair, profile: Profile, issuer: Issuer | "self") => {
    const notAfter = addCalendarMonths(notBefore, terms[kind]);
    const subject = nameOf(kind, 1, parts.authority);
    const { publicKey, privateKey } = keys;
    const template = { profile, issuer, subject, publicKey, serial: newSerial(), notBefore, notAfter };
    const certificate = Uint8Array.from(await issueCertificate(template, rootSigner));
    const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
    const sealedKey = parts.sealing.seal(pkcs8, sealedAs(kind));
    pkcs8.fill(0);
    const parentId = issuer === "self" ? null : "root";
    return tx.issuer.create({
      data: {
        id: kind,
        kind,
        generation: 1,
        parentId,
        certificate,
        sealedKey,
        issuesFrom: now,
        createdAt: now,
      },
    });
  };

  const root = await certify("root", rootKey, rootProfile, "self");
  const issuer = readIssuer(root.certificate ?? new Uint8Array());
  return [
    root,
    await certify("client", clientKey, issuingProfile("client", parts.baseUrl, "root"), issuer),
    await certify("smime", smimeKey, issuingProfile("smime", parts.baseUrl, "root"), issuer),
  ];
}

/** What the certificate of an issuing CA of this kind says, below the root `rootId`. */
export function issuingProfile(kind: "client" | "smime", baseUrl: string, rootId: string): Profile {
  const publication = publicationOf(baseUrl, rootId, 0);
  return issuingCaProfile({
    extendedKeyUsage: [kind === "client" ? "clientAuth" : "emailProtection"],
    publication,
  });
}
