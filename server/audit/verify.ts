/** Checks the whole chain, from the first entry to the last, and every signed head; names the first place where it does not hold. */
import type { Database } from "../db.ts";
import { canonicalOf } from "./append.ts";
import { digestOf, following, type Head, isSame, isSignedBy, keyIdOf, start } from "./chain.ts";
import { type PublicHead, type SignedHead, signedHead } from "./heads.ts";

export const faults = [
  /** A number is missing, or is there twice. */
  "gap",
  /** The entry is gone, and retention did not take it. */
  "entry_removed",
  /** The entry does not say what it said. */
  "entry_changed",
  /** The hash does not follow from the one before. */
  "link_changed",
  /** The head signed for this place has another hash: all that was before it can have been written anew. */
  "head_differs",
  "head_signature",
  /** A head was signed by a key that is not among those that are trusted. */
  "key_unknown",
  /** A key is kept under the name of another. */
  "key_changed",
  /** A head was signed for a place that the chain does not reach any more. */
  "cut_off",
  /** The entry has no place in the chain. */
  "unlinked",
] as const;
export type Fault = (typeof faults)[number];

/** `seq`: its place; null for an entry that has none. */
export type Broken = { fault: Fault; seq: bigint | null; entryId: string | null };

export type Verdict = {
  links: number;
  /** Entries that retention has taken away: of them the chain keeps the digest. */
  forgotten: number;
  heads: number;
  broken: Broken | null;
};

type Row = {
  seq: bigint;
  entryId: string;
  digest: Uint8Array;
  hash: Uint8Array;
  canonical: string | null;
  /** The entry's columns, times as text. */
  said: Record<string, unknown> | null;
};

const atOnce = 5_000;

/**
 * What is known from elsewhere, and is believed where the database says otherwise: who can write into it can make keys, and sign all heads anew.
 * `keys`: SubjectPublicKeyInfo, DER; heads signed by others are none. `head`: one that was handed out before.
 */
export type Trusted = { keys?: readonly Uint8Array[]; head?: PublicHead };

type Options = { progress?: (links: number) => void; trusted?: Trusted };

/** Reads in portions; what is written meanwhile may or may not be looked at. */
export async function verifyChain(
  db: Database,
  { progress = () => {}, trusted = {} }: Options = {},
): Promise<Verdict> {
  const [own, keys, forgottenUpTo] = await Promise.all([
    db.auditHead.findMany({ orderBy: { seq: "asc" } }),
    db.auditKey.findMany(),
    lastForgotten(db),
  ]);
  const heads = trusted.head ? [...own, signedHead(trusted.head)] : own;
  const headsAt = Map.groupBy(heads, ({ seq }) => seq);
  const verdict: Verdict = { links: 0, forgotten: 0, heads: own.length, broken: null };
  if (keys.some(({ id, publicKey }) => id !== keyIdOf(publicKey)))
    return { ...verdict, broken: { fault: "key_changed", seq: null, entryId: null } };
  const believed = new Map(
    (trusted.keys ?? keys.map(({ publicKey }) => publicKey)).map((key) => [keyIdOf(key), key]),
  );
  let hash = start;
  for (let last = 0n; ; ) {
    const rows = await read(db, last);
    for (const row of rows) {
      const fault = faultOf(row, { expected: last + 1n, before: hash, forgottenUpTo });
      const signed = headsAt.get(row.seq) ?? [];
      const found = fault ?? signed.map((head) => faultOfHead(head, row, believed)).find(Boolean);
      if (found) return { ...verdict, broken: { fault: found, seq: row.seq, entryId: row.entryId } };
      if (row.said === null) verdict.forgotten += 1;
      verdict.links += 1;
      hash = row.hash;
      last = row.seq;
    }
    progress(verdict.links);
    if (rows.length < atOnce) return { ...verdict, broken: await atTheEnd(db, heads, last) };
  }
}

function faultOf(
  { seq, canonical, said, digest, hash }: Row,
  { expected, before, forgottenUpTo }: { expected: bigint; before: Uint8Array; forgottenUpTo: bigint },
): Fault | null {
  if (seq !== expected) return "gap";
  if (said === null || canonical === null) {
    if (seq > forgottenUpTo) return "entry_removed";
  } else if (canonicalOf(inOrder(said)) !== canonical || !isSame(digestOf(canonical), digest)) {
    return "entry_changed";
  }
  return isSame(following(before, digest), hash) ? null : "link_changed";
}

function faultOfHead(head: SignedHead, { hash }: Row, keys: ReadonlyMap<string, Uint8Array>): Fault | null {
  const key = keys.get(head.keyId);
  if (!key) return "key_unknown";
  if (!isSignedBy(key, head, head.signature)) return "head_signature";
  return isSame(head.hash, hash) ? null : "head_differs";
}

async function atTheEnd(db: Database, heads: readonly Head[], last: bigint): Promise<Broken | null> {
  const beyond = heads.find(({ seq }) => seq > last);
  if (beyond) return { fault: "cut_off", seq: beyond.seq, entryId: null };
  const [unlinked] = await db.$queryRaw<{ id: string }[]>`
    SELECT e.id FROM "AuditEntry" e LEFT JOIN "AuditLink" l ON l."entryId" = e.id WHERE l.seq IS NULL LIMIT 1`;
  return unlinked ? { fault: "unlinked", seq: null, entryId: unlinked.id } : null;
}

/** Times as the canonical JSON has them. */
function inOrder(said: Record<string, unknown>): object {
  return { ...said, at: new Date(String(said.at)).toISOString() };
}

function read(db: Database, after: bigint): Promise<Row[]> {
  return db.$queryRaw<Row[]>`
    SELECT l.seq, l."entryId", l.digest, l.hash, e.canonical, to_jsonb(e) - 'canonical' AS said
    FROM "AuditLink" l LEFT JOIN "AuditEntry" e ON e.id = l."entryId"
    WHERE l.seq > ${after} ORDER BY l.seq LIMIT ${atOnce}`;
}

/**
 * Up to which place retention has taken entries away; what it did is an entry itself, and stays. It excuses what stood before it, as far as
 * a head vouches for that which was signed before: an entry that was made up later excuses nothing.
 */
async function lastForgotten(db: Database): Promise<bigint> {
  const [row] = await db.$queryRaw<{ seq: bigint | null }[]>`
    SELECT max(f.upto) AS seq
    FROM (SELECT l.seq, e.at, (e.after->>'seq')::bigint AS upto
      FROM "AuditEntry" e JOIN "AuditLink" l ON l."entryId" = e.id WHERE e.deed = 'audit.forgotten') f
    WHERE f.upto < f.seq
      AND EXISTS (SELECT 1 FROM "AuditHead" h WHERE h.seq >= f.upto AND h.seq < f.seq AND h.at <= f.at)`;
  return row?.seq ?? 0n;
}
