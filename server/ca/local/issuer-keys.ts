/** Where an issuer's key is, and how it is opened. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import type { Database, Transaction } from "../../db.ts";
import type { Issuer as IssuerRow } from "../../generated/prisma/client.ts";
import { keySigner, type Signer } from "../../pki/signer.ts";
import { sealedColumns } from "../../secrets/sealed-columns.ts";
import type { Bytes, Sealing } from "../../secrets/sealing.ts";
import type { Authority } from "./profiles.ts";

/** `built-in`: made with the issuing CAs, its key sealed. `offline`: on another machine; its certificates are brought (server/ca/README.md). */
export type RootPlace = "built-in" | "offline";

/** Signs with a key that is not in the database; `keyRef` says where it is. */
export type OpenSigner = (keyRef: string, publicKey: KeyObject) => Promise<Signer>;

export type IssuerParts = {
  db: Database;
  now: () => Date;
  sealing: Sealing;
  /** Where certificates say that `/pki` and `/ocsp` are (`publicUrlOf`). */
  publicUrl: string;
  authority: Authority;
  root: RootPlace;
  openSigner: OpenSigner;
};

const { context: sealedAs } = sealedColumns.issuerKey;

export function sealKey(sealing: Sealing, id: string, privateKey: KeyObject): Bytes {
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  try {
    return sealing.seal(pkcs8, sealedAs(id));
  } finally {
    pkcs8.fill(0);
  }
}

type KeyRow = Pick<IssuerRow, "id" | "sealedKey" | "keyRef">;

/** Null for a root whose key is offline. @throws when it was sealed with another key, or is not where `keyRef` says */
export async function signerOf(
  row: KeyRow,
  publicKey: KeyObject,
  { sealing, openSigner }: Pick<IssuerParts, "sealing" | "openSigner">,
): Promise<Signer | null> {
  if (row.keyRef !== null) return openSigner(row.keyRef, publicKey);
  if (row.sealedKey === null) return null;
  const pkcs8 = Buffer.from(sealing.open(row.sealedKey, sealedAs(row.id)));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  pkcs8.fill(0);
  return keySigner(key);
}

/** Any number that no other lock of this database has. */
const lock = 0x6361_6b65;

/** Whoever makes or changes issuers waits here for others that do, and keeps them waiting until the transaction ends. */
export async function lockIssuers(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lock}::bigint)`;
}
