/** The built-in root and the first issuing CAs: made once for all processes on one database. */
import type { KeyObject } from "node:crypto";
import type { Transaction } from "../../db.ts";
import type { IssuerKind, Issuer as IssuerRow } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import { type Issuer, issueCertificate } from "../../pki/certificate.ts";
import { generateRsaKey, type KeyPair } from "../../pki/keys.ts";
import type { Name } from "../../pki/name.ts";
import { issuingCaProfile, type Profile, rootProfile } from "../../pki/profile.ts";
import { readIssuer } from "../../pki/read.ts";
import { newSerial } from "../../pki/serial.ts";
import { keySigner, type Signer } from "../../pki/signer.ts";
import { addCalendarMonths } from "../../pki/validity.ts";
import type { Bytes } from "../../secrets/sealing.ts";
import { type IssuerParts, lockIssuers, sealKey } from "./issuer-keys.ts";
import { type Authority, publicationOf } from "./profiles.ts";

/** Processes that start together wait here for one another; all but the first find the issuers made. None, where the root is offline. */
export async function found(parts: IssuerParts): Promise<IssuerRow[]> {
  if (parts.root === "offline") return [];
  return parts.db.$transaction(
    async (tx) => {
      await lockIssuers(tx);
      const rows = await tx.issuer.findMany();
      if (rows.length > 0) return rows;
      log.info("The CA's keys and certificates are made, once for this database.");
      return make(tx, parts);
    },
    { maxWait: 60_000, timeout: 120_000 },
  );
}

const years = 12;
/** Months. Longer than any certificate below it, with years to spare for the change to the next generation. */
export const terms: Record<IssuerKind, number> = { root: 25 * years, client: 15 * years, smime: 15 * years };

const titles: Record<IssuerKind, string> = {
  root: "Root CA",
  client: "Client Authentication CA",
  smime: "S/MIME CA",
};

/** `client`, `client-g2`: an issuer's name in addresses. */
export function idOf(kind: IssuerKind, generation: number): string {
  return generation === 1 ? kind : `${kind}-g${generation}`;
}

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
  const signer = keySigner(rootKey.privateKey);

  const create = (
    kind: IssuerKind,
    { privateKey }: KeyPair,
    certificate: Bytes,
    parentId: string | null = "root",
  ) =>
    tx.issuer.create({
      data: {
        id: kind,
        kind,
        generation: 1,
        parentId,
        certificate,
        sealedKey: sealKey(parts.sealing, kind, privateKey),
        issuesFrom: now,
        createdAt: now,
      },
    });

  const certificate = Uint8Array.from(
    await issueCertificate(
      {
        profile: rootProfile,
        issuer: "self",
        ...subjectOfCa("root", 1, rootKey.publicKey, parts),
      },
      signer,
    ),
  );
  const root = { id: "root", issuer: readIssuer(certificate), signer };
  const issuing = async (kind: "client" | "smime", keys: KeyPair) =>
    create(kind, keys, await certify({ kind, generation: 1, publicKey: keys.publicKey }, root, parts));
  return [
    await create("root", rootKey, certificate, null),
    await issuing("client", clientKey),
    await issuing("smime", smimeKey),
  ];
}

/** The certificate of an issuing CA, signed by a root whose key is here; it ends with the root's at the latest. */
export async function certify(
  { kind, generation, publicKey }: { kind: "client" | "smime"; generation: number; publicKey: KeyObject },
  root: { id: string; issuer: Issuer; signer: Signer },
  parts: Pick<IssuerParts, "now" | "authority" | "publicUrl">,
): Promise<Bytes> {
  const subject = subjectOfCa(kind, generation, publicKey, parts);
  const notAfter = new Date(Math.min(subject.notAfter.getTime(), root.issuer.notAfter.getTime()));
  const profile = issuingProfile(kind, parts.publicUrl, root.id);
  return Uint8Array.from(
    await issueCertificate({ profile, issuer: root.issuer, ...subject, notAfter }, root.signer),
  );
}

function subjectOfCa(
  kind: IssuerKind,
  generation: number,
  publicKey: KeyObject,
  { now, authority }: Pick<IssuerParts, "now" | "authority">,
) {
  const notBefore = new Date(now().getTime() - backdated);
  const notAfter = addCalendarMonths(notBefore, terms[kind]);
  return {
    subject: nameOf(kind, generation, authority),
    publicKey,
    serial: newSerial(),
    notBefore,
    notAfter,
  };
}

/** What the certificate of an issuing CA of this kind says, below the root `rootId`. */
export function issuingProfile(kind: "client" | "smime", publicUrl: string, rootId: string): Profile {
  const { caIssuersUrl, crlUrl } = publicationOf(publicUrl, rootId, 0);
  return issuingCaProfile({ extendedKeyUsage: [purposeOf[kind]], publication: { caIssuersUrl, crlUrl } });
}

/** What the certificates of a kind are for: extendedKeyUsage. */
export const purposeOf = { client: "clientAuth", smime: "emailProtection" } as const;
