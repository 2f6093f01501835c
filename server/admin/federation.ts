/** What operators see of the federation: what is in force, what came of each look, whose signature is believed, our own keys. */
import { X509Certificate } from "node:crypto";
import { append } from "../audit/append.ts";
import type { Database } from "../db.ts";
import { pinnedCertificates } from "../federation/metadata/pinned.ts";
import { currentState, refreshFederation } from "../federation/metadata/refresh.ts";
import { MetadataRefusal } from "../federation/metadata/refusal.ts";
import { fingerprintOf } from "../federation/metadata/root-signature.ts";
import { serviceKeys } from "../federation/service/keys-in-force.ts";
import { type KeyView, listKeys } from "../federation/service/rollover.ts";
import type { Federation } from "../federation/world.ts";
import { log } from "../log.ts";

export type Refusal = { code: string; found: string };

export type Look = {
  id: string;
  at: Date;
  /** `loaded`, `unchanged`, or the code of a refusal. */
  outcome: string;
  found: string | null;
  providers: number | null;
  appeared: readonly Named[];
  vanished: readonly Named[];
  /** Milliseconds. */
  took: number;
};

/** An institution by its names, where they are known. */
export type Named = { entityId: string; nameJa: string | null; nameEn: string | null };

export type Signer = {
  /** SHA-256 of the certificate, in pairs of digits. */
  fingerprint: string;
  name: string;
  notAfter: Date;
  /** Whether it signed what is in force. */
  isInUse: boolean;
};

export type FederationView = {
  source: { kind: "demo" | "aggregate" | "mdq"; url: string | null };
  inForce: boolean;
  institutions: { listed: number; hidden: number };
  validUntil: Date | null;
  publishedAt: Date | null;
  loadedAt: Date | null;
  triedAt: Date | null;
  failure: Refusal | null;
  /** Null where the certificates of the settings cannot be read. */
  signers: readonly Signer[] | null;
  keys: readonly Omit<KeyView, "row">[];
  looks: readonly Look[];
};

const mostLooks = 30;

export async function federationView(world: Federation): Promise<FederationView> {
  const { db, source } = world;
  const now = world.now();
  const [state, listed, hidden, signers, keys, looks] = await Promise.all([
    db.federationState.findUnique({ where: { id: currentState } }),
    db.identityProvider.count({ where: { hidden: false, validUntil: { gt: now } } }),
    db.identityProvider.count({ where: { hidden: true, validUntil: { gt: now } } }),
    signersOf(world),
    listKeys(world),
    lastLooks(db),
  ]);
  const { validUntil = null, publishedAt = null, loadedAt = null, triedAt = null } = state ?? {};
  return {
    source: source.demo
      ? { kind: "demo", url: null }
      : { kind: source.mdq ? "mdq" : "aggregate", url: source.url },
    inForce: validUntil !== null && validUntil > now,
    institutions: { listed, hidden },
    validUntil,
    publishedAt,
    loadedAt,
    triedAt,
    failure: state?.failure ? asRefusal(state.failure) : null,
    signers: signers && markInUse(signers, state?.signer ?? null),
    keys: keys.map(({ row: _, ...key }) => key),
    looks,
  };
}

/** Written as `code: what was found`. */
function asRefusal(text: string): Refusal {
  const at = text.indexOf(": ");
  return at < 0 ? { code: "other", found: text } : { code: text.slice(0, at), found: text.slice(at + 2) };
}

async function signersOf(world: Federation): Promise<string[] | null> {
  if (world.source.demo) {
    return (await serviceKeys(world, "demo-federation")).map(({ certificate }) => certificate);
  }
  return pinnedCertificates(world.source.certificates).catch(() => null);
}

function markInUse(certificates: readonly string[], signer: string | null): Signer[] {
  return certificates.map((certificate) => {
    const { fingerprint256, subject, validToDate } = new X509Certificate(Buffer.from(certificate, "base64"));
    return {
      fingerprint: fingerprint256,
      name: subject.split("\n").reverse().join(", "),
      notAfter: validToDate,
      isInUse: fingerprintOf(certificate) === signer,
    };
  });
}

async function lastLooks(db: Database): Promise<Look[]> {
  const rows = await db.federationRefresh.findMany({ orderBy: { id: "desc" }, take: mostLooks });
  const names = await namesOf(
    db,
    rows.flatMap(({ appeared, vanished }) => [...appeared, ...vanished]),
  );
  const named = (entityId: string): Named => names.get(entityId) ?? { entityId, nameJa: null, nameEn: null };
  return rows.map(({ id, at, outcome, detail, providers, appeared, vanished, took }) => ({
    id: String(id),
    at,
    outcome,
    found: detail,
    providers,
    appeared: appeared.map(named),
    vanished: vanished.map(named),
    took,
  }));
}

/** Who has vanished from the metadata is known as long as somebody there has logged in once. */
export async function namesOf(db: Database, entityIds: readonly string[]): Promise<Map<string, Named>> {
  const asked = {
    where: { entityId: { in: [...new Set(entityIds)] } },
    select: { entityId: true, nameJa: true, nameEn: true },
  };
  const [kept, inForce] = await Promise.all([
    db.institution.findMany(asked),
    db.identityProvider.findMany(asked),
  ]);
  return new Map([...kept, ...inForce].map((row) => [row.entityId, row]));
}

/** What came of a look that an operator asked for. */
export type Looked =
  | { result: "loaded" | "unchanged" }
  | { result: "refused"; code: string }
  /** Somebody looked within the last minute: a federation is not asked at every click. */
  | { result: "lately" }
  /** It takes longer than a page can wait; it goes on, and its outcome is among the looks. */
  | { result: "under_way" };

const rest = 60_000;
/** Milliseconds that a page waits for it. */
const patient = 20_000;

export async function lookNow(world: Federation, { patience = patient } = {}): Promise<Looked> {
  if (!(await mayLook(world))) return { result: "lately" };
  const looking = refreshFederation(world).then(
    ({ outcome }): Looked => ({ result: outcome }),
    (cause: unknown): Looked => {
      if (cause instanceof MetadataRefusal) return { result: "refused", code: cause.code };
      log.error({ err: cause }, "The look at the metadata that an operator asked for failed");
      throw cause;
    },
  );
  const tooLong = Promise.withResolvers<Looked>();
  const timer = setTimeout(() => tooLong.resolve({ result: "under_way" }), patience);
  return Promise.race([looking, tooLong.promise]).finally(() => {
    clearTimeout(timer);
    // Whoever waits no longer hears of a failure by the log.
    looking.catch(() => {});
  });
}

/** That somebody asked for it is kept before it begins; what came of it is among the looks. */
function mayLook({ db, now }: Federation): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const at = now();
    const state = await tx.federationState.findUnique({ where: { id: currentState } });
    if (at.getTime() - (state?.triedAt?.getTime() ?? 0) < rest) return false;
    await append(tx, { deed: "federation.looked", at, subject: "federation", subjectId: currentState });
    return true;
  });
}
