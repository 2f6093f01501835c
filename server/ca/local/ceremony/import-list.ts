/** The revocation list of a root whose key is not here comes in, and is published as ours are. */
import type { Issuer as IssuerRow } from "../../../generated/prisma/client.ts";
import { pemBlocks } from "../../../pki/pem.ts";
import { readCertificate } from "../../../pki/read.ts";
import { type ReadCrl, readCrl } from "../../../pki/read-crl.ts";
import { readParts } from "../../../pki/read-extensions.ts";
import { type CeremonyOffice, changing, isOffline, note, type Root, rootsIn } from "./office.ts";

export type Imported =
  /** `revoked`: ids of issuing CAs that it names. `already`: it is the list that is published. */
  | {
      done: { rootId: string; number: number; nextUpdate: Date; revoked: readonly string[] };
      already: boolean;
    }
  | {
      refused:
        | "unreadable"
        | "no_root"
        | "signature"
        | "root_here"
        | "partial"
        | "no_number"
        | "not_newer"
        | "not_yet"
        | "outdated";
    };

/** Two clocks. */
const skew = 5 * 60 * 1000;
/** What the column holds. */
const largestNumber = 2 ** 31 - 1;

/** @param file PEM or DER */
export async function importList(office: CeremonyOffice, file: Uint8Array): Promise<Imported> {
  const read = attempt(file);
  if (!read) return { refused: "unreadable" };
  const { der, list } = read;
  return changing(office, async (tx): Promise<Imported> => {
    const now = office.now();
    const named = (await rootsIn(tx, now)).filter((root) => isNamed(root, list));
    if (named.length === 0) return { refused: "no_root" };
    const root = named.find(({ certificate }) => list.isSignedBy(readCertificate(certificate).publicKey));
    if (!root) return { refused: "signature" };
    if (!isOffline(root)) return { refused: "root_here" };
    if (list.isPartial) return { refused: "partial" };
    if (list.number === null || list.number > largestNumber) return { refused: "no_number" };
    if (list.thisUpdate.getTime() > now.getTime() + skew) return { refused: "not_yet" };
    if (!list.nextUpdate || list.nextUpdate <= now) return { refused: "outdated" };

    const number = Number(list.number);
    const { thisUpdate, nextUpdate } = list;
    const key = { issuerId: root.id, shard: 0 };
    const last = await tx.revocationList.findUnique({ where: { issuerId_shard: key } });
    const already = last !== null && last.number === number && Buffer.from(last.full).equals(der);
    if (last && !already && number <= last.number) return { refused: "not_newer" };
    const content = { number, fullNumber: number, full: Uint8Array.from(der), thisUpdate, nextUpdate };
    await tx.revocationList.upsert({
      where: { issuerId_shard: key },
      create: { ...key, ...content },
      update: content,
    });

    const below = await tx.issuer.findMany({ where: { parentId: root.id, certificate: { not: null } } });
    const revoked = below.flatMap((row) => revocationOf(row, list));
    for (const { id, revokedAt, revocationReason } of revoked)
      await tx.issuer.update({ where: { id }, data: { revokedAt, revocationReason } });
    if (!already)
      await note(tx, office, root.id, "list_imported", { number, revoked: revoked.map(({ id }) => id) });
    return { done: { rootId: root.id, number, nextUpdate, revoked: revoked.map(({ id }) => id) }, already };
  });
}

function isNamed({ certificate }: Root, { issuer }: ReadCrl): boolean {
  return Buffer.from(readParts(certificate).subject).equals(issuer);
}

function revocationOf({ id, certificate }: IssuerRow, { entries }: ReadCrl) {
  const serial = certificate && readCertificate(certificate).serial;
  const entry = entries.find((entry) => entry.serial === serial);
  return entry ? [{ id, revokedAt: entry.at, revocationReason: entry.reason }] : [];
}

function attempt(file: Uint8Array): { der: Uint8Array; list: ReadCrl } | null {
  try {
    const text = Buffer.from(file).toString("latin1");
    const der = text.includes("-----BEGIN ")
      ? pemBlocks(text).find(({ label }) => label === "X509 CRL")?.der
      : file;
    return der ? { der, list: readCrl(der) } : null;
  } catch {
    return null;
  }
}
