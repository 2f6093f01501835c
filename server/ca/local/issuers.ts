/** Root and issuing CAs, held ready to sign. Which of them issues may change while processes run: they look again each minute. */
import { createPrivateKey } from "node:crypto";
import type { Database } from "../../db.ts";
import type { Kind } from "../../enrollment/kind.ts";
import type { IssuerKind, Issuer as IssuerRow } from "../../generated/prisma/client.ts";
import type { Issuer } from "../../pki/certificate.ts";
import { readIssuer } from "../../pki/read.ts";
import { keySigner, type Signer } from "../../pki/signer.ts";
import type { Bytes, Sealing } from "../../secrets/sealing.ts";
import { found } from "./founding.ts";
import { type Authority, certifier, publicationOf, type Subjects } from "./profiles.ts";

export type CertificateIssuer = Issuer & {
  /** `client`, `smime-g2`: stands in its addresses for ever. */
  id: string;
  kind: IssuerKind;
  /** DER. */
  certificate: Bytes;
  /** Its certificate and those above it, the root's last. */
  chain: readonly Bytes[];
  /** Null for a root whose key is not here. */
  signer: Signer | null;
};

/** One that signs certificates and lists. */
export type SigningIssuer = CertificateIssuer & { signer: Signer };

export type Issuers = {
  /** Every one that has its certificate, whether it issues or only keeps its lists, by id. */
  byId: ReadonlyMap<string, CertificateIssuer>;
  /** The one that issues this kind now. @throws while there is none */
  issuing: (kind: Kind) => SigningIssuer & Subjects & { openShard: number };
};

export type IssuerParts = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  baseUrl: string;
  authority: Authority;
  /** Signs with a key that is not in the database; `keyRef` says where it is. */
  openSigner: (keyRef: string, publicKey: Signer["publicKey"]) => Promise<Signer>;
};

const lookAgainAfter = 60_000;

/**
 * A look at the issuers that makes them where there are none, and remembers. What failed is tried again at the next look.
 * `again`: for whoever has just changed them.
 */
export function issuersOf(parts: IssuerParts): (again?: "again") => Promise<Issuers> {
  const signers = new Map<string, Promise<Signer | null>>();
  let known: Promise<Issuers> | null = null;
  let lookedAt = 0;
  return (again) => {
    const now = Date.now();
    if (known && !again && now - lookedAt < lookAgainAfter) return known;
    lookedAt = now;
    const look = load(parts, signers);
    const before = known;
    known = look;
    look.catch(() => {
      if (known === look) known = null;
    });
    // A second look is nobody's wait: until it is through, what is known serves.
    return before && !again ? before : look;
  };
}

async function load(parts: IssuerParts, signers: Map<string, Promise<Signer | null>>): Promise<Issuers> {
  let rows = await parts.db.issuer.findMany();
  if (rows.length === 0) rows = await found(parts);
  const certified = rows.filter(hasCertificate);
  const chains = chainsOf(certified);
  const opened = await Promise.all(
    certified.map(async (row): Promise<CertificateIssuer> => {
      const { id, kind, certificate } = row;
      const signer = await remembered(signers, id, () => signerOf(row, parts));
      return { ...readIssuer(certificate), id, kind, certificate, chain: chains.get(id) ?? [], signer };
    }),
  );
  const byId = new Map(opened.map((issuer) => [issuer.id, issuer]));
  const issuing = new Map(
    (["client", "smime"] as const).map((kind) => [kind, issuingOf(kind, certified, byId, parts)]),
  );
  return {
    byId,
    issuing(kind) {
      const issuer = issuing.get(kind);
      if (!issuer)
        throw new Error(`No CA issues ${kind} certificates yet: \`npm run ca\` tells what is missing.`);
      return issuer;
    },
  };
}

type CertifiedRow = IssuerRow & { certificate: Bytes };

function hasCertificate(row: IssuerRow): row is CertifiedRow {
  return row.certificate !== null;
}

/** The newest that has begun. */
function issuingOf(
  kind: Kind,
  rows: readonly CertifiedRow[],
  byId: ReadonlyMap<string, CertificateIssuer>,
  { now, baseUrl, authority }: IssuerParts,
) {
  const row = rows
    .filter((row) => row.kind === kind && row.issuesFrom !== null && row.issuesFrom <= now())
    .sort((one, other) => other.generation - one.generation)[0];
  const issuer = row && byId.get(row.id);
  if (!row || !issuer?.signer) return undefined;
  const signing = { ...issuer, signer: issuer.signer };
  const publication = publicationOf(baseUrl, row.id, row.openShard);
  return { ...signing, ...certifier(kind, signing, publication, authority), openShard: row.openShard };
}

function chainsOf(rows: readonly CertifiedRow[]): Map<string, readonly Bytes[]> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const above = (row: CertifiedRow | undefined): Bytes[] =>
    row ? [row.certificate, ...above(row.parentId === null ? undefined : byId.get(row.parentId))] : [];
  return new Map(rows.map((row) => [row.id, above(row)]));
}

/** A key is opened once a process. */
function remembered(
  signers: Map<string, Promise<Signer | null>>,
  id: string,
  open: () => Promise<Signer | null>,
): Promise<Signer | null> {
  const known = signers.get(id);
  if (known) return known;
  const opening = open();
  signers.set(id, opening);
  opening.catch(() => signers.delete(id));
  return opening;
}

async function signerOf(row: CertifiedRow, { sealing, openSigner }: IssuerParts): Promise<Signer | null> {
  if (row.keyRef !== null) return openSigner(row.keyRef, readIssuer(row.certificate).publicKey);
  if (row.sealedKey === null) return null;
  const pkcs8 = Buffer.from(sealing.open(row.sealedKey, sealedAs(row.id)));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  pkcs8.fill(0);
  return keySigner(key);
}

/** What an issuer's key is sealed for. */
export function sealedAs(id: string): string {
  return `issuer-key/${id}`;
}
