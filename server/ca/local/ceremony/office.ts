/** What the deeds on issuers need of the world, and what they share. They are an operator's, at the console (bin/ca.ts). */
import type { KeyObject } from "node:crypto";
import { append, type Facts } from "../../../audit/append.ts";
import type { Transaction } from "../../../db.ts";
import type { Issuer as IssuerRow } from "../../../generated/prisma/client.ts";
import { readIssuer } from "../../../pki/read.ts";
import { idOf } from "../founding.ts";
import { type IssuerParts, lockIssuers, type OpenSigner } from "../issuer-keys.ts";

export const keyAlgorithms = ["rsa-3072", "rsa-4096", "p-256", "p-384"] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** Keys that are not in the database (server/signers). */
export type KeysElsewhere = {
  openSigner: OpenSigner;
  /** @throws an error with the code `not_found` where there is none of that name */
  publicKeyOf: (keyRef: string) => Promise<KeyObject>;
  makeKey: (keyRef: string, algorithm: KeyAlgorithm) => Promise<KeyObject>;
};

export type CeremonyOffice = Omit<IssuerParts, "openSigner"> & { elsewhere: KeysElsewhere };

/** Kinds that issue to people; the root signs these. */
export type IssuingKind = "client" | "smime";

/** One change at a time, all or nothing: whoever is interrupted has changed nothing. */
export function changing<Answer>(
  { db }: Pick<CeremonyOffice, "db">,
  deed: (tx: Transaction) => Promise<Answer>,
): Promise<Answer> {
  return db.$transaction(
    async (tx) => {
      await lockIssuers(tx);
      return deed(tx);
    },
    { maxWait: 60_000, timeout: 120_000 },
  );
}

/** What was done with a CA, in the deed's own transaction. */
export async function note(
  tx: Transaction,
  { now }: Pick<CeremonyOffice, "now">,
  id: string,
  did: "requested" | "renewed" | "accepted" | "used" | "dropped" | "revoked" | "list_imported",
  facts: Facts = {},
): Promise<void> {
  await append(tx, {
    deed: "ca.changed",
    at: now(),
    subject: "issuer",
    subjectId: id,
    after: { did, ...facts },
  });
}

/** The generation that comes after all of its kind. */
export async function nextGeneration(tx: Transaction, kind: IssuerRow["kind"]): Promise<number> {
  const { _max } = await tx.issuer.aggregate({ where: { kind }, _max: { generation: true } });
  return (_max.generation ?? 0) + 1;
}

export type Root = IssuerRow & { certificate: Uint8Array<ArrayBuffer> };

/** Roots whose certificates still hold, the newest first. */
export async function rootsIn(tx: Transaction, now: Date): Promise<Root[]> {
  const rows = await tx.issuer.findMany({ where: { kind: "root" }, orderBy: { generation: "desc" } });
  return rows.flatMap((row) =>
    row.certificate && readIssuer(row.certificate).notAfter > now
      ? [{ ...row, certificate: row.certificate }]
      : [],
  );
}

export function isOffline(root: Pick<IssuerRow, "sealedKey" | "keyRef">): boolean {
  return root.sealedKey === null && root.keyRef === null;
}

/** The id of the offline root that is to sign, which its certificates name: the newest there is, or the one to come. */
export async function offlineRootId(tx: Transaction, now: Date, { another = false } = {}): Promise<string> {
  const root = another ? undefined : (await rootsIn(tx, now)).find(isOffline);
  return root?.id ?? idOf("root", await nextGeneration(tx, "root"));
}
