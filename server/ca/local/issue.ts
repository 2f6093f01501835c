/** Certificates come to be here, for however many ask at once: all in one transaction, and each of them once. */
import type { KeyObject } from "node:crypto";
import type { Actor } from "../../audit/actor.ts";
import type { PlainStatements } from "../../db.ts";
import { kindNames } from "../../enrollment/kind.ts";
import type { Certificate, Ticket } from "../../generated/prisma/client.ts";
import { newSerial, serialHex } from "../../pki/serial.ts";
import type { KeyOrigin, PlainFact } from "../../ports.ts";
import type { Bytes } from "../../secrets/sealing.ts";
import type { CertificateIssuer, IssuingIssuer } from "./issuers.ts";
import { type KnownKeys, lockKeys } from "./known-keys.ts";
import { subjectOf } from "./profiles.ts";
import { livingNonce, type Refusal, standing } from "./standing.ts";
import { withoutSecrets } from "./ticket-secrets.ts";
import type { KeyRefusal } from "./views.ts";
import { hex, lockTickets, type World } from "./world.ts";

/** What somebody with a ticket asks for: its certificate, for this key. */
export type Wish = {
  /** SHA-256 of the ticket, and of the browser's key. */
  ticket: Bytes;
  browser: Bytes;
  origin: KeyOrigin;
  publicKey: KeyObject;
  /** SHA-256 of its SubjectPublicKeyInfo. */
  keyHash: Bytes;
  /** Who asks: many are answered together, and each is named for theirs. */
  by?: Actor;
  /** Of a key that was made here: the .p12 for its holder, as it is kept for a failed transfer. Begun while the certificate is signed. */
  pack?: (ticket: Ticket, certificate: Promise<Bytes>, issuer: CertificateIssuer) => Promise<Package>;
};

export type Package = Pick<Ticket, "sealedPackage" | "packageUntil" | "encryption">;

export type Granted =
  /** There is one; `certificate` where it was made just now. It may be for another key than the one of the wish. */
  | { result: "made"; ticket: Ticket; certificate: NewCertificate | null }
  | { result: "refused"; because: Refusal | "pin_wanted" | "not_issuable" | "not_allowed" | "no_issuer" }
  | { result: "unusable"; code: KeyRefusal };

/** Nothing was used up: once there is a CA again, the same ticket is good. */
const noIssuer = { result: "refused", because: "no_issuer" } as const;

export type NewCertificate = Omit<Certificate, "revokedAt" | "revocationReason" | "crlEntry">;

/** What becomes of a wish, known before anything is signed. `changes`: of its ticket. */
type Draft = {
  wish: Wish;
  ticket: Ticket;
  fact: PlainFact;
  changes: Partial<Ticket>;
  /** Null for an order of which no certificate can be made any more: it ends. */
  sign: (() => Promise<Signed>) | null;
};

type Signed = { certificate: NewCertificate; packed?: Package | undefined };

type Made = Omit<Draft, "sign"> & { certificate: NewCertificate | null };

/**
 * Certificates, packages and facts come to be together, or not at all. Whoever takes several rows takes them in one order, here and
 * elsewhere: tickets by their hash, keys, issuers, certificates, applications by their id.
 * @throws PkiError for a key that no certificate can be made for
 */
export async function issueAll(world: World, wishes: readonly Wish[]): Promise<Granted[]> {
  // To open them takes its time: they are there before anything is held.
  const issuers = await world.issuers();
  const issued = kindNames.filter(issuers.issues);
  return world.db.plain.inOneGo(async (tx) => {
    const now = world.now();
    const brought = wishes.filter(({ origin }) => origin !== "server");
    const [tickets, keys] = await Promise.all([
      lockTickets(
        tx,
        wishes.map(({ ticket }) => ticket),
      ),
      lockKeys(
        tx,
        brought.map(({ keyHash }) => keyHash),
      ),
    ]);
    const { chosen, refused } = choose(wishes, tickets, keys, now);
    const issuable = chosen.filter(({ ticket }) => issued.includes(ticket.kind));
    const drafts = issuable.map(({ wish, ticket }) => draft(issuers.issuing(ticket.kind), wish, ticket, now));
    const made = await keep(world, tx, drafts);

    // Everybody is answered by where the tickets stand now, those who came second as well.
    const certificates = new Map(made.map((one) => [hex(one.wish.ticket), one.certificate]));
    for (const { wish, ticket, changes } of made) tickets.set(hex(wish.ticket), { ...ticket, ...changes });
    for (const { wish, certificate } of made)
      if (!certificate) refused.set(wish, { result: "refused", because: "not_issuable" });
    return wishes.map((wish): Granted => {
      const ticket = tickets.get(hex(wish.ticket)) ?? null;
      const stands = refused.get(wish) ?? standsFor(wish, ticket, now);
      if (stands.result === "open" && !issued.includes(stands.ticket.kind)) return noIssuer;
      if (stands.result === "open") throw new Error("A ticket was left open.");
      return stands.result === "made"
        ? { ...stands, certificate: certificates.get(hex(wish.ticket)) ?? null }
        : stands;
    });
  });
}

/** Whose certificates are to be made, one of each ticket's, and whose keys are refused. */
function choose(wishes: readonly Wish[], tickets: ReadonlyMap<string, Ticket>, keys: KnownKeys, now: Date) {
  const open = wishes.flatMap((wish) => {
    const stands = standsFor(wish, tickets.get(hex(wish.ticket)) ?? null, now);
    return stands.result === "open" ? [{ wish, ticket: stands.ticket }] : [];
  });
  const chosen = new Map<string, (typeof open)[number]>();
  const refused = new Map<Wish, Granted>();
  for (const { wish, ticket } of open) {
    if (chosen.has(ticket.orderId)) continue;
    // Nobody else can have a key that was made here just now.
    const code = wish.origin === "server" ? null : keys.take(wish.keyHash, ticket.dn);
    if (code) refused.set(wish, { result: "unusable", code });
    else chosen.set(ticket.orderId, { wish, ticket });
  }
  return { chosen: [...chosen.values()], refused };
}

/** `open`: its certificate may be made now, for this browser and a key of this origin. */
export function standsFor(
  wish: Pick<Wish, "browser" | "origin">,
  ticket: Ticket | null,
  now: Date,
): Granted | { result: "open"; ticket: Ticket } {
  const stands = standing(ticket, wish.browser, now);
  if (stands.state === "refused") return { result: "refused", because: stands.because };
  if (!ticket) return { result: "refused", because: "unknown" };
  if (stands.state === "pin") return { result: "refused", because: "pin_wanted" };
  if (stands.state !== "download") return { result: "made", ticket, certificate: null };
  if (!ticket.keyOrigins.includes(wish.origin)) return { result: "refused", because: "not_allowed" };
  return livingNonce(ticket, now) ? { result: "open", ticket } : { result: "refused", because: "lapsed" };
}

/** What held when it was ordered may not hold now: the issuer's own end may have come too near. */
function draft(issuer: IssuingIssuer, wish: Wish, ticket: Ticket, now: Date): Draft {
  const { orderId, dn } = ticket;
  const { publicKey, keyHash, origin } = wish;
  const number = newSerial();
  let subject: ReturnType<typeof subjectOf>;
  let sign: () => Promise<Uint8Array>;
  try {
    subject = subjectOf(ticket, now);
    sign = issuer.draft({ ...subject, publicKey, serial: number });
  } catch (error) {
    const code = issuer.whyNot(ticket, now);
    if (!code) throw error;
    const fact = { type: "refused", orderId, code } as const;
    return { wish, ticket, fact, changes: { closedAt: now, ...withoutSecrets }, sign: null };
  }
  const { notBefore, notAfter } = subject;
  const serial = serialHex(number);
  const names = { serial, issuerId: issuer.id, orderId, dn, notBefore, notAfter };
  return {
    wish,
    ticket,
    fact: { type: "collected", orderId, serial, notBefore, notAfter, ...(wish.by && { by: wish.by }) },
    changes: { collectedAt: now },
    sign: async () => {
      const signing = sign().then((made) => Uint8Array.from(made));
      // What is told of it asks the database first: a .p12 holds up all else while it is begun.
      await null;
      const [der, packed] = await Promise.all([signing, wish.pack?.(ticket, signing, issuer)]);
      return {
        certificate: { ...names, der, keyOrigin: origin, keyHash, shard: issuer.openShard },
        packed,
      };
    },
  };
}

/** Nothing that is written needs the answer of another, and what is told does not wait for the signatures. */
async function keep(world: World, tx: PlainStatements, drafts: readonly Draft[]): Promise<Made[]> {
  if (drafts.length === 0) return [];
  const [made] = await Promise.all([
    signAndKeep(tx, drafts),
    world.tell(
      tx,
      drafts.map(({ fact }) => fact),
    ),
  ]);
  return made;
}

async function signAndKeep(tx: PlainStatements, drafts: readonly Draft[]): Promise<Made[]> {
  const made = await Promise.all(drafts.map(signed));
  // Those whose certificates came from requests change alike; one with a .p12 changes by itself.
  const alike = made.filter(({ wish, certificate }) => certificate && !wish.pack);
  await Promise.all([
    keepCertificates(
      tx,
      made.flatMap(({ certificate }) => certificate ?? []),
      { orderIds: alike.map(({ ticket }) => ticket.orderId), at: alike[0]?.changes.collectedAt ?? null },
    ),
    ...made.filter((one) => !alike.includes(one)).map((one) => keepTicket(tx, one)),
  ]);
  return made;
}

async function signed({ sign, ...draft }: Draft): Promise<Made> {
  if (!sign) return { ...draft, certificate: null };
  const { certificate, packed } = await sign();
  return { ...draft, certificate, changes: { ...draft.changes, ...packed } };
}

async function keepTicket(tx: PlainStatements, { ticket, changes }: Made): Promise<void> {
  const now: Ticket = { ...ticket, ...changes };
  await tx.$send`
    UPDATE "Ticket" SET "collectedAt" = ${now.collectedAt}, "sealedPackage" = ${now.sealedPackage},
      "packageUntil" = ${now.packageUntil}, encryption = ${now.encryption}::"Encryption", "closedAt" = ${now.closedAt},
      nonce = ${now.nonce}, kept = ${now.kept}
    WHERE "orderId" = ${now.orderId}`;
}

/** In one statement with what becomes of their tickets, if no more becomes of them. Octets go as base64, a quarter less than as hexadecimal. */
async function keepCertificates(
  tx: PlainStatements,
  certificates: readonly NewCertificate[],
  collected: { orderIds: string[]; at: Date | null },
): Promise<void> {
  if (certificates.length === 0) return;
  const rows = certificates.map(({ der, keyHash, ...row }) => ({
    ...row,
    der: Buffer.from(der).toString("base64"),
    keyHash: keyHash && Buffer.from(keyHash).toString("base64"),
  }));
  await tx.$send`
    WITH collected AS (
      UPDATE "Ticket" SET "collectedAt" = ${collected.at} WHERE "orderId" = ANY(${collected.orderIds}))
    INSERT INTO "Certificate"
      (serial, "issuerId", "orderId", dn, "notBefore", "notAfter", der, "keyOrigin", "keyHash", shard)
    SELECT serial, "issuerId", "orderId", dn, "notBefore", "notAfter", decode(der, 'base64'), "keyOrigin",
      decode("keyHash", 'base64'), shard
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n(serial text, "issuerId" text, "orderId" text, dn text,
      "notBefore" timestamptz, "notAfter" timestamptz, der text, "keyOrigin" "KeyOrigin", "keyHash" text, shard int)`;
}
