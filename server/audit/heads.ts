/** Signed heads: from the moment one is made, and known elsewhere, nobody can say that the chain up to it was another. */
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { z } from "zod";
import type { Database, Transaction } from "../db.ts";
import type { AuditHead, AuditKey } from "../generated/prisma/client.ts";
import { sealedColumns } from "../secrets/sealed-columns.ts";
import type { Sealing } from "../secrets/sealing.ts";
import { type Head, keyIdOf, signedText } from "./chain.ts";

export type HeadWorld = { db: Database; now: () => Date; sealing: Sealing };

/** Signs where the chain ends now; null where there is nothing yet. Where nothing was added since, the head that is there. */
export function signHead({ db, now, sealing }: HeadWorld): Promise<AuditHead | null> {
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('portal.audit.heads'))`;
    const end = await tx.auditLink.findFirst({ orderBy: { seq: "desc" } });
    if (!end) return null;
    const known = await tx.auditHead.findUnique({ where: { seq: end.seq } });
    if (known) return known;
    const key = (await newestKey(tx)) ?? (await makeKey(tx, { now, sealing }));
    const { seq, hash } = end;
    const head = { seq, hash, at: now(), keyId: key.id };
    const pkcs8 = sealing.open(key.sealedKey, sealedColumns.auditKey.context(key.id));
    const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
    const signature = Uint8Array.from(sign(null, Buffer.from(signedText(head), "utf8"), privateKey));
    return tx.auditHead.create({ data: { ...head, signature } });
  });
}

function newestKey(tx: Transaction): Promise<AuditKey | null> {
  return tx.auditKey.findFirst({ orderBy: { createdAt: "desc" } });
}

function makeKey(tx: Transaction, { now, sealing }: Omit<HeadWorld, "db">): Promise<AuditKey> {
  const pair = generateKeyPairSync("ed25519");
  const publicKey = Uint8Array.from(pair.publicKey.export({ format: "der", type: "spki" }));
  const id = keyIdOf(publicKey);
  const pkcs8 = pair.privateKey.export({ format: "der", type: "pkcs8" });
  const sealedKey = sealing.seal(pkcs8, sealedColumns.auditKey.context(id));
  return tx.auditKey.create({ data: { id, publicKey, sealedKey, createdAt: now() } });
}

/** A head as it is handed out: with it and the public key anybody can check what the chain was. */
export const publicHeadShape = z.strictObject({
  seq: z.string().regex(/^\d{1,18}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
  key: z.string(),
  signature: z.base64(),
});
export type PublicHead = z.infer<typeof publicHeadShape>;

export function publicHead({ seq, hash, at, keyId, signature }: AuditHead): PublicHead {
  const text = (octets: Uint8Array, as: "hex" | "base64") => Buffer.from(octets).toString(as);
  return {
    ...{ seq: String(seq), hash: text(hash, "hex"), at: at.toISOString(), key: keyId },
    signature: text(signature, "base64"),
  };
}

export type SignedHead = Head & { signature: Uint8Array };

/** What was handed out, read again. */
export function signedHead({ seq, hash, at, key, signature }: PublicHead): SignedHead {
  return {
    ...{ seq: BigInt(seq), hash: Buffer.from(hash, "hex"), at: new Date(at), keyId: key },
    signature: Buffer.from(signature, "base64"),
  };
}

/** The newest head, and every key that a head was ever signed with (SubjectPublicKeyInfo, base64 of DER). */
export async function publishedHead(
  db: Database,
): Promise<{ head: PublicHead | null; keys: { id: string; publicKey: string }[] }> {
  const [head, keys] = await Promise.all([
    db.auditHead.findFirst({ orderBy: { seq: "desc" } }),
    db.auditKey.findMany({ orderBy: { createdAt: "asc" }, select: { id: true, publicKey: true } }),
  ]);
  return {
    head: head && publicHead(head),
    keys: keys.map(({ id, publicKey }) => ({ id, publicKey: Buffer.from(publicKey).toString("base64") })),
  };
}
