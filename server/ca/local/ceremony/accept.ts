/** A certificate comes in from the root, and with it, the first time, the root's own. */
import { X509Certificate } from "node:crypto";
import type { Transaction } from "../../../db.ts";
import type { Issuer as IssuerRow } from "../../../generated/prisma/client.ts";
import { readIssuer } from "../../../pki/read.ts";
import { readCaRequest } from "../../../pki/read-ca-request.ts";
import { idOf } from "../founding.ts";
import { publicationOf } from "../profiles.ts";
import { type CertificateFault, issuingFault, type RootFault, rootFault } from "./check.ts";
import {
  type CeremonyOffice,
  changing,
  type IssuingKind,
  nextGeneration,
  note,
  type Root,
  rootsIn,
} from "./office.ts";

export type Accepted =
  /** `already`: it was there before. */
  | { done: IssuerRow; already: boolean }
  | {
      refused: "no_certificate" | "not_ours" | "certified" | "no_root" | CertificateFault | RootFault;
      expected?: string;
    }
  /** The root is new here: whoever brings it has to say that this is its fingerprint (SHA-256). */
  | { unconfirmed: { subject: string; fingerprint: string } };

/**
 * @param brought what the files hold: the certificate, and the root's where it is not known yet; PEM or DER, in any order
 * @param brought.rootFingerprint SHA-256 of the root, as its keeper wrote it down
 */
export async function acceptCertificate(
  office: CeremonyOffice,
  brought: { files: readonly Uint8Array[]; rootFingerprint?: string },
): Promise<Accepted> {
  const certificates = brought.files.flatMap(certificatesIn);
  if (certificates.length === 0) return { refused: "no_certificate" };
  return changing(office, async (tx): Promise<Accepted> => {
    const rows = await tx.issuer.findMany();
    const match = await matching(certificates, rows);
    if (!match) return { refused: "not_ours" };
    const { certificate, row } = match;
    const kind = row.kind as IssuingKind;
    const der = Uint8Array.from(certificate.raw);
    if (row.certificate) {
      const same = Buffer.from(row.certificate).equals(der);
      return same ? { done: row, already: true } : { refused: "certified" };
    }

    const known = await rootsIn(tx, office.now());
    const root = await rootOf(tx, office, certificate, { known, certificates });
    if (!root) return { refused: "no_root" };
    if ("refused" in root) return root;
    const addresses = publicationOf(office.publicUrl, root.id, 0);
    const fault = issuingFault(der, {
      kind,
      // Settings may have changed since: the name is the one that was asked for.
      subject: (await readCaRequest(row.request ?? new Uint8Array())).subject,
      root: root.certificate,
      addresses,
      authority: office.authority,
      now: office.now(),
    });
    if (fault) return { refused: fault, ...expectedAt(fault, addresses) };
    if (root.isNew) {
      const { subject, fingerprint256: fingerprint } = new X509Certificate(root.certificate);
      if (plain(brought.rootFingerprint) !== plain(fingerprint))
        return { unconfirmed: { subject: subject.replaceAll("\n", ", "), fingerprint } };
      const { id, generation, certificate } = root;
      await tx.issuer.create({
        data: { id, kind: "root", generation, certificate, createdAt: office.now() },
      });
    }
    const data = { certificate: der, parentId: root.id };
    await note(tx, office, row.id, "accepted", { root: root.id, newRoot: root.isNew });
    return { done: await tx.issuer.update({ where: { id: row.id }, data }), already: false };
  });
}

type FoundRoot = Pick<Root, "id" | "generation" | "certificate"> & { isNew: boolean };

/** Who signed it: a root that is known, or one that was brought along. */
async function rootOf(
  tx: Transaction,
  office: CeremonyOffice,
  certificate: X509Certificate,
  { known, certificates }: { known: readonly Root[]; certificates: readonly X509Certificate[] },
): Promise<FoundRoot | { refused: RootFault | "signature" } | null> {
  const own = known.find((root) => isIssuedBy(certificate, new X509Certificate(root.certificate)));
  if (own) return { ...own, isNew: false };
  const others = certificates.filter((other) => other !== certificate);
  const brought = others.find((other) => isIssuedBy(certificate, other));
  if (!brought) {
    const all = [...others, ...known.map((root) => new X509Certificate(root.certificate))];
    return all.some(({ subject }) => subject === certificate.issuer) ? { refused: "signature" } : null;
  }
  const der = Uint8Array.from(brought.raw);
  const refused = rootFault(der, office.now());
  if (refused) return { refused };
  const generation = await nextGeneration(tx, "root");
  return { id: idOf("root", generation), generation, certificate: der, isNew: true };
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
}

/** Which of the certificates is for a key of ours: of a request that waits, or of one that has been answered. */
async function matching(certificates: readonly X509Certificate[], rows: readonly IssuerRow[]) {
  for (const row of rows) {
    const publicKey = row.certificate
      ? readIssuer(row.certificate).publicKey
      : row.request && (await readCaRequest(row.request)).publicKey;
    const certificate =
      publicKey && row.kind !== "root" && certificates.find((one) => one.publicKey.equals(publicKey));
    if (certificate) return { certificate, row };
  }
  return null;
}

function expectedAt(
  fault: CertificateFault,
  { caIssuersUrl, crlUrl }: { caIssuersUrl: string; crlUrl: string },
) {
  if (fault === "crl_address") return { expected: crlUrl };
  return fault === "certificate_address" ? { expected: caIssuersUrl } : {};
}

function plain(fingerprint = ""): string {
  return fingerprint.replace(/[^0-9A-Fa-f]/g, "").toUpperCase();
}

const most = 16;

/** The certificates in a file, PEM or DER; what is none is passed over. */
function certificatesIn(file: Uint8Array): X509Certificate[] {
  const blocks = Buffer.from(file)
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return (blocks ?? [Buffer.from(file)]).slice(0, most).flatMap((block) => {
    try {
      const certificate = new X509Certificate(block);
      // Of a kind that node:crypto knows no key of, it says so only here.
      return certificate.publicKey ? [certificate] : [];
    } catch {
      return [];
    }
  });
}
