/**
 * New keys for old, without a login lost: a new pair is published first, signs when the federation has had time to hand it on, and
 * only then is the old one retired. What cannot be done is a value; an operator reads it at the console (bin/sp-keys.ts).
 */
import { X509Certificate } from "node:crypto";
import { append } from "../../audit/append.ts";
import type { Transaction } from "../../db.ts";
import { log } from "../../log.ts";
import type { KeyPair } from "./keys.ts";
import {
  inUse,
  lock,
  type Needs,
  newKeyRow,
  readKeysAgain,
  type SpPurpose,
  serviceKeys,
  stillOpensFor,
} from "./keys-in-force.ts";

/** `next`: published only. `old`: published and, for encryption, still chosen by some; may be retired. */
export type KeyState = "next" | "in_use" | "old" | "retired";

export type KeyView = {
  /** Its row. */
  row: string;
  /** The first eight digits of the fingerprint. */
  id: string;
  purpose: SpPurpose;
  state: KeyState;
  /** SHA-256 of the certificate, as federations show it. */
  fingerprint: string;
  createdAt: Date;
  /** When the certificate ends. Federations that look at it want a rollover before. */
  notAfter: Date;
  signsFrom: Date | null;
  retiredAt: Date | null;
};

export type Outcome =
  | { done: KeyView[] }
  | { refused: "under_way" | "nothing_new" | "known" | "unknown" | "in_use" | "too_new"; keys: KeyView[] };

const purposes = ["sp-signing", "sp-encryption"] as const;

/** Federations hand metadata on at least daily; institutions read them within hours. */
const publishedFor = 24 * 60 * 60 * 1000;

export async function listKeys(world: Pick<Needs, "db" | "now">): Promise<KeyView[]> {
  return viewsIn(world.db, world.now());
}

const warnedBefore = 60 * 24 * 60 * 60 * 1000;

/** Federations refuse a certificate that is over: said in the log in time for a rollover. The keys that were named. */
export async function warnOfEndingKeys(world: Pick<Needs, "db" | "now">): Promise<string[]> {
  const soon = new Date(world.now().getTime() + warnedBefore);
  const ending = (await listKeys(world)).filter(
    ({ state, notAfter }) => state === "in_use" && notAfter < soon,
  );
  for (const { id, purpose, notAfter } of ending)
    log.warn(
      { event: "service_key_ends", id, purpose, notAfter },
      "The certificate of one of the portal's keys in the federation ends soon: npm run sp-keys -- add",
    );
  return ending.map(({ id }) => id);
}

/** A new pair for each purpose, which our metadata name from now on beside those in use. `brought` stands for both. */
export async function addKeys(world: Needs, brought?: KeyPair): Promise<Outcome> {
  // What another sealing key has sealed would end every login: this one must open those that are there.
  if ((await listKeys(world)).length > 0)
    await Promise.all(purposes.map((purpose) => serviceKeys(world, purpose)));
  const rows = await Promise.all(purposes.map((purpose) => newKeyRow(world, purpose, brought)));
  return changing(world, async (tx, keys) => {
    if (keys.some(({ state }) => state === "next")) return "under_way";
    if (brought && keys.some(({ fingerprint }) => fingerprint === fingerprintOf(brought))) return "known";
    for (const row of rows) {
      const first = !keys.some(({ purpose, state }) => purpose === row.purpose && state === "in_use");
      await tx.serviceKey.create({ data: { ...row, signsFrom: first ? row.createdAt : null } });
    }
    return null;
  });
}

/** The new pairs do the work from now on. `atOnce`: even before the federation can have published them. */
export function switchKeys(world: Needs, { atOnce = false } = {}): Promise<Outcome> {
  return changing(world, async (tx, keys, now) => {
    const next = keys.filter(({ state }) => state === "next");
    if (next.length === 0) return "nothing_new";
    const young = next.some(({ createdAt }) => now.getTime() - createdAt.getTime() < publishedFor);
    if (young && !atOnce) return "too_new";
    await tx.serviceKey.updateMany({
      where: { purpose: { in: [...purposes] }, signsFrom: null, retiredAt: null },
      data: { signsFrom: now },
    });
    return null;
  });
}

/** Takes a key out of our metadata: an old one, or a new one that was not wanted after all. */
export function retireKey(world: Needs, id: string): Promise<Outcome> {
  return changing(world, async (tx, keys, now) => {
    const plain = id.toLowerCase().replaceAll(":", "").slice(0, 8);
    // One that was brought along stands for both purposes.
    const wanted = keys.filter((key) => key.id === plain && key.state !== "retired");
    if (wanted.length === 0) return "unknown";
    if (wanted.some(({ state }) => state === "in_use")) return "in_use";
    await tx.serviceKey.updateMany({
      where: { id: { in: wanted.map(({ row }) => row) } },
      data: { retiredAt: now },
    });
    return null;
  });
}

type Refused = Extract<Outcome, { refused: string }>["refused"];
type Change = (tx: Transaction, keys: readonly KeyView[], now: Date) => Promise<Refused | null>;

/** One change at a time. Keys that open nothing any more are thrown away with it. */
async function changing(world: Needs, change: Change): Promise<Outcome> {
  const now = world.now();
  const outcome = await world.db.$transaction(async (tx): Promise<Outcome> => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lock}::bigint)`;
    const over = { lte: new Date(now.getTime() - stillOpensFor) };
    await tx.serviceKey.deleteMany({ where: { purpose: { in: [...purposes] }, retiredAt: over } });
    const keys = await viewsIn(tx, now);
    const refused = await change(tx, keys, now);
    if (refused) return { refused, keys };
    const done = await viewsIn(tx, now);
    await note(tx, now, keys, done);
    return { done };
  });
  readKeysAgain(world);
  if ("done" in outcome) {
    const keys = outcome.done.map(({ id, purpose, state }) => `${purpose} ${id} ${state}`);
    log.info({ event: "service_keys", keys }, "The portal's keys in the federation were changed");
  }
  return outcome;
}

/** Each key whose state is another than it was; both purposes may share one. */
async function note(
  tx: Transaction,
  at: Date,
  before: readonly KeyView[],
  after: readonly KeyView[],
): Promise<void> {
  const former = new Map(before.map(({ row, state }) => [row, state]));
  const changed = after.filter(({ row, state }) => former.get(row) !== state);
  await append(
    tx,
    ...changed.map(({ row, state, ...key }) => ({
      ...({ deed: "service_key.changed", at, subject: "service_key", subjectId: row } as const),
      before: former.has(row) ? { state: former.get(row) as KeyState } : null,
      after: { state, purpose: key.purpose, fingerprint: key.fingerprint },
    })),
  );
}

async function viewsIn(tx: Pick<Transaction, "serviceKey">, now: Date): Promise<KeyView[]> {
  const rows = await tx.serviceKey.findMany({
    where: { purpose: { in: [...purposes] } },
    omit: { sealedKey: true },
    orderBy: [{ purpose: "desc" }, { createdAt: "desc" }],
  });
  return rows.map((row) => {
    const { fingerprint256: fingerprint, validToDate: notAfter } = new X509Certificate(
      Buffer.from(row.certificate, "base64"),
    );
    const working = inUse(
      rows.filter(({ purpose }) => purpose === row.purpose),
      now,
    );
    const { createdAt, signsFrom, retiredAt } = row;
    return {
      row: row.id,
      id: fingerprint.replaceAll(":", "").slice(0, 8).toLowerCase(),
      purpose: row.purpose as SpPurpose,
      state: row === working ? "in_use" : stateOf(row),
      fingerprint,
      createdAt,
      notAfter,
      signsFrom,
      retiredAt,
    };
  });
}

function fingerprintOf({ certificate }: Pick<KeyPair, "certificate">): string {
  return new X509Certificate(Buffer.from(certificate, "base64")).fingerprint256;
}

function stateOf({ signsFrom, retiredAt }: Pick<KeyView, "signsFrom" | "retiredAt">): KeyState {
  if (retiredAt) return "retired";
  return signsFrom === null ? "next" : "old";
}
