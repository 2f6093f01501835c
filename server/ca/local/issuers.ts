/** Root and issuing CAs, held ready to sign. Which of them issues may change while processes run: they look again each minute. */
import { X509Certificate } from "node:crypto";
import { type Kind, kindNames } from "../../enrollment/kind.ts";
import type { IssuerKind, Issuer as IssuerRow } from "../../generated/prisma/client.ts";
import { log } from "../../log.ts";
import type { Issuer } from "../../pki/certificate.ts";
import { readIssuer } from "../../pki/read.ts";
import type { Signer } from "../../pki/signer.ts";
import type { Bytes } from "../../secrets/sealing.ts";
import { found } from "./founding.ts";
import { type IssuerParts, signerOf } from "./issuer-keys.ts";
import { certifier, publicationOf, type Subjects } from "./profiles.ts";

export type CertificateIssuer = Issuer & {
  /** `client`, `smime-g2`: stands in its addresses for ever. */
  id: string;
  kind: IssuerKind;
  /** DER. */
  certificate: Bytes;
  /** Its certificate and those above it, the root's last. */
  chain: readonly Bytes[];
  /** Null for a root whose key is not here, and while a key elsewhere cannot be reached. */
  signer: Signer | null;
};

/** One that signs certificates and lists. */
export type SigningIssuer = CertificateIssuer & { signer: Signer };

/** One that issues: all that its certificates need is its own, whichever issues by the time they are signed. */
export type IssuingIssuer = SigningIssuer & Subjects & { openShard: number };

export type Issuers = {
  /** Every one that has its certificate, whether it issues or only keeps its lists, by id. */
  byId: ReadonlyMap<string, CertificateIssuer>;
  /** Whether anything of this kind is issued now, or could be if a key were reached. */
  issues: (kind: Kind) => boolean;
  /** The one that issues this kind now. @throws while there is none, or its key cannot be reached */
  issuing: (kind: Kind) => IssuingIssuer;
};

/** Milliseconds: a look is renewed after the first, and not relied on after the second. */
const freshFor = 30_000;
const goodFor = 60_000;

/**
 * A look at the issuers that makes them where there are none, and remembers. What failed is tried again at the next look.
 * `again`: for whoever has just changed them.
 */
export function issuersOf(parts: IssuerParts): (again?: "again") => Issuers | Promise<Issuers> {
  const signers = new Map<string, Promise<Signer | null>>();
  let known: { issuers: Issuers; look: number; at: number } | null = null;
  let looking: Promise<Issuers> | null = null;
  let looks = 0;

  function look(): Promise<Issuers> {
    looks += 1;
    const number = looks;
    const at = parts.now().getTime();
    const mine = load(parts, signers)
      .then((issuers) => {
        // A look that began earlier may end later: it knows less.
        if (!known || known.look < number) known = { issuers, look: number, at };
        return issuers;
      })
      .finally(() => {
        if (looking === mine) looking = null;
      });
    looking = mine;
    return mine;
  }

  return (again) => {
    if (again) return look();
    const age = known ? Math.abs(parts.now().getTime() - known.at) : Number.POSITIVE_INFINITY;
    // Whoever waits for a CA to be there does not wait for a look as well.
    const whole = known !== null && kindNames.every(known.issuers.issues);
    if (known && whole && age < freshFor) return known.issuers;
    const next = looking ?? look();
    if (!known) return next;
    const { issuers } = known;
    const orKnown = next.catch((err) => {
      log.error({ err }, "The CA's issuers could not be looked at again; those known before go on.");
      return issuers;
    });
    return whole && age < goodFor ? issuers : orKnown;
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
      const issuer = readIssuer(certificate);
      const signer = await remembered(signers, row, () => signerOf(row, issuer.publicKey, parts));
      return { ...issuer, id, kind, certificate, chain: chains.get(id) ?? [certificate], signer };
    }),
  );
  const byId = new Map(opened.map((issuer) => [issuer.id, issuer]));
  const candidates = { client: candidatesOf("client", certified), smime: candidatesOf("smime", certified) };
  const made = new Map<string, IssuingIssuer>();
  /** Asked anew each time: a change that was set for an hour comes at that hour. */
  const chosen = (kind: Kind) => candidates[kind].find(({ issuesFrom }) => issuesFrom <= parts.now());
  return {
    byId,
    issues: (kind) => isFit(chosen(kind)),
    issuing(kind) {
      const row = chosen(kind);
      if (!row || !isFit(row))
        throw new Error(`No CA issues ${kind} certificates yet: \`npm run ca\` tells what is missing.`);
      const issuer = byId.get(row.id);
      if (!issuer?.signer) throw new Error(`The key of the CA ${row.id} cannot be used now.`);
      if (!chains.has(row.id)) throw new Error(`The CA ${row.id} was not signed by the root it names.`);
      const ready = made.get(row.id) ?? makeReady(kind, row, { ...issuer, signer: issuer.signer }, parts);
      made.set(row.id, ready);
      return ready;
    },
  };
}

type CertifiedRow = IssuerRow & { certificate: Bytes };
type Candidate = CertifiedRow & { issuesFrom: Date };

function hasCertificate(row: IssuerRow): row is CertifiedRow {
  return row.certificate !== null;
}

/** Those that have been told to issue, the one that was told last first. */
function candidatesOf(kind: Kind, rows: readonly CertifiedRow[]): Candidate[] {
  return rows
    .flatMap((row) =>
      row.kind === kind && row.issuesFrom !== null ? [{ ...row, issuesFrom: row.issuesFrom }] : [],
    )
    .sort((one, other) => +other.issuesFrom - +one.issuesFrom || other.generation - one.generation);
}

/** One that is revoked has no successor but the one that an operator names. */
function isFit(row: Candidate | undefined): boolean {
  return row !== undefined && row.revokedAt === null;
}

function makeReady(
  kind: Kind,
  { id, openShard }: Candidate,
  issuer: SigningIssuer,
  { publicUrl, authority }: IssuerParts,
): IssuingIssuer {
  const publication = publicationOf(publicUrl, id, openShard);
  return { ...issuer, ...certifier(kind, issuer, publication, authority), openShard };
}

/** A chain each, but for those whose certificate does not verify by the one above. */
function chainsOf(rows: readonly CertifiedRow[]): Map<string, readonly Bytes[]> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const chains = new Map<string, readonly Bytes[]>();
  for (const row of rows) {
    if (row.parentId === null) {
      chains.set(row.id, [row.certificate]);
      continue;
    }
    // Roots are signed by none but themselves: no chain is longer.
    const parent = byId.get(row.parentId);
    if (parent && isSignedBy(row.certificate, parent.certificate))
      chains.set(row.id, [row.certificate, parent.certificate]);
    else log.error({ issuer: row.id, parent: row.parentId }, "An issuing CA was not signed by its root.");
  }
  return chains;
}

function isSignedBy(certificate: Bytes, issuer: Bytes): boolean {
  const above = new X509Certificate(issuer);
  const below = new X509Certificate(certificate);
  return below.checkIssued(above) && below.verify(above.publicKey);
}

/**
 * A key is opened once a process. One elsewhere that cannot be reached keeps nobody from the others, and is tried at each look; one
 * that is sealed and does not open is a setting that is wrong, and nothing goes on.
 */
async function remembered(
  signers: Map<string, Promise<Signer | null>>,
  { id, keyRef, createdAt }: CertifiedRow,
  open: () => Promise<Signer | null>,
): Promise<Signer | null> {
  // An id whose request was dropped may come again, with another key.
  const name = `${id} ${createdAt.getTime()}`;
  const opening = signers.get(name) ?? open();
  signers.set(name, opening);
  try {
    return await opening;
  } catch (err) {
    if (signers.get(name) === opening) signers.delete(name);
    if (keyRef === null) throw err;
    log.error({ err, issuer: id }, "The key of a CA, which is elsewhere, cannot be used.");
    return null;
  }
}
