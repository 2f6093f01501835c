/** A new generation of an issuing CA: its key is made, or found elsewhere, and a request for the root to certify. */
import type { KeyObject } from "node:crypto";
import type { Issuer as IssuerRow } from "../../../generated/prisma/client.ts";
import { generateEcKey, generateRsaKey, type KeyPair, spki } from "../../../pki/keys.ts";
import { readIssuer } from "../../../pki/read.ts";
import { buildRequest } from "../../../pki/request.ts";
import { keySigner, type Signer } from "../../../pki/signer.ts";
import { certify, idOf, issuingProfile, nameOf } from "../founding.ts";
import { sealKey, signerOf } from "../issuer-keys.ts";
import {
  type CeremonyOffice,
  changing,
  type IssuingKind,
  isOffline,
  type KeyAlgorithm,
  nextGeneration,
  note,
  offlineRootId,
  rootsIn,
} from "./office.ts";

export type KeyWish = {
  /** `sealed`: in the database; else the name of a key elsewhere. Not said: sealed, or wherever the key of a waiting request is. */
  place?: string;
  algorithm: KeyAlgorithm;
};

export type Requested =
  /** `already`: it was there before, and is as it was then. */
  | { done: IssuerRow; already: boolean }
  | { refused: "no_issuers" | "no_root_here" | "under_way" | "key_known" | "key_unfit"; id?: string };

/**
 * Makes a request for an offline root. One waits a kind: asked for again, it is given again.
 * @param wish.anotherRoot it is to be signed by a root that is not known here yet
 */
export async function requestIssuer(
  office: CeremonyOffice,
  wish: { kind: IssuingKind; key: KeyWish; anotherRoot?: boolean },
): Promise<Requested> {
  const { kind } = wish;
  const waiting = await office.db.issuer.findFirst({ where: { kind, certificate: null } });
  if (waiting) return isSame(waiting, wish.key) ? { done: waiting, already: true } : underWay(waiting);
  if (office.root === "built-in" && (await office.db.issuer.count()) === 0) return { refused: "no_issuers" };

  const key = await keyFor(office, wish.key);
  if (!isFit(key.publicKey)) return { refused: "key_unfit" };
  return changing(office, async (tx): Promise<Requested> => {
    const other = await tx.issuer.findFirst({ where: { kind, certificate: null } });
    if (other) return isSame(other, wish.key) ? { done: other, already: true } : underWay(other);
    const known = await knownKey(await tx.issuer.findMany(), key.publicKey);
    if (known) return { refused: "key_known", id: known };

    const generation = await nextGeneration(tx, kind);
    const id = idOf(kind, generation);
    const rootId = await offlineRootId(tx, office.now(), { another: wish.anotherRoot ?? false });
    const request = await buildRequest({
      spki: spki(key.publicKey),
      subject: nameOf(kind, generation, office.authority),
      signatureAlgorithm: key.signer.algorithm,
      sign: (tbs) => key.signer.sign(tbs),
      extensions: issuingProfile(kind, office.publicUrl, rootId).extensions.rsa,
    });
    const data = { id, kind, generation, request: Uint8Array.from(request), createdAt: office.now() };
    await note(tx, office, id, "requested", { key: wish.key.place ?? "sealed" });
    return { done: await tx.issuer.create({ data: { ...data, ...key.kept(id) } }), already: false };
  });
}

/** With a root whose key is here: the new generation has its certificate at once, and waits to be told to issue. */
export async function renewIssuer(
  office: CeremonyOffice,
  { kind, key: wish }: { kind: IssuingKind; key: KeyWish },
): Promise<Requested> {
  const ready = await readyOf(office, kind);
  if (ready) return { done: ready, already: true };
  const key = await keyFor(office, wish);
  if (!isFit(key.publicKey)) return { refused: "key_unfit" };
  return changing(office, async (tx): Promise<Requested> => {
    const other = await readyOf({ db: tx }, kind);
    if (other) return { done: other, already: true };
    const waiting = await tx.issuer.findFirst({ where: { kind, certificate: null } });
    if (waiting) return underWay(waiting);
    const known = await knownKey(await tx.issuer.findMany(), key.publicKey);
    if (known) return { refused: "key_known", id: known };
    const root = (await rootsIn(tx, office.now())).find((row) => !isOffline(row));
    const above = root && readIssuer(root.certificate);
    const { openSigner } = office.elsewhere;
    const signer = root && above && (await signerOf(root, above.publicKey, { ...office, openSigner }));
    if (!root || !above || !signer) return { refused: "no_root_here" };

    const generation = await nextGeneration(tx, kind);
    const id = idOf(kind, generation);
    const wanted = { kind, generation, publicKey: key.publicKey };
    const certificate = await certify(wanted, { id: root.id, issuer: above, signer }, office);
    const data = { id, kind, generation, certificate, parentId: root.id, createdAt: office.now() };
    await note(tx, office, id, "renewed", { key: wish.place ?? "sealed", root: root.id });
    return { done: await tx.issuer.create({ data: { ...data, ...key.kept(id) } }), already: false };
  });
}

/** Takes back a request that was not answered; its key, when it is sealed, goes with it. */
export async function dropRequest(
  office: CeremonyOffice,
  id: string,
): Promise<{ done: true } | { refused: "unknown" | "certified" }> {
  return changing(office, async (tx) => {
    const row = await tx.issuer.findUnique({ where: { id } });
    if (!row) return { refused: "unknown" };
    if (row.certificate) return { refused: "certified" };
    await tx.issuer.delete({ where: { id } });
    await note(tx, office, id, "dropped");
    return { done: true };
  });
}

function underWay({ id }: IssuerRow): Requested {
  return { refused: "under_way", id };
}

/** Whether a waiting request is the one that is asked for again; which algorithm its key has is settled. */
function isSame(row: IssuerRow, { place }: KeyWish): boolean {
  return place === undefined || place === (row.keyRef ?? "sealed");
}

/** Certified, and never told to issue. */
function readyOf({ db }: { db: Pick<CeremonyOffice["db"], "issuer"> }, kind: IssuingKind) {
  return db.issuer.findFirst({
    where: { kind, certificate: { not: null }, issuesFrom: null, revokedAt: null },
    orderBy: { generation: "desc" },
  });
}

type Key = {
  publicKey: KeyObject;
  signer: Signer;
  kept: (id: string) => Pick<IssuerRow, "sealedKey"> | Pick<IssuerRow, "keyRef">;
};

/** A key elsewhere that is there already is taken as it is: an interrupted request left it. */
async function keyFor(
  { sealing, elsewhere }: CeremonyOffice,
  { place = "sealed", algorithm }: KeyWish,
): Promise<Key> {
  if (place === "sealed") {
    const { publicKey, privateKey } = await makePair(algorithm);
    const kept = (id: string) => ({ sealedKey: sealKey(sealing, id, privateKey) });
    return { publicKey, signer: keySigner(privateKey), kept };
  }
  const publicKey = await elsewhere.publicKeyOf(place).catch((error: { code?: unknown }) => {
    if (error.code === "not_found") return elsewhere.makeKey(place, algorithm);
    throw error;
  });
  return { publicKey, signer: await elsewhere.openSigner(place, publicKey), kept: () => ({ keyRef: place }) };
}

function makePair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  switch (algorithm) {
    case "rsa-3072":
      return generateRsaKey(3072);
    case "rsa-4096":
      return generateRsaKey(4096);
    case "p-256":
      return generateEcKey("P-256");
    case "p-384":
      return generateEcKey("P-384");
  }
}

/** 128 bits of strength: an issuing CA outlives what 2048 bits are good for (NIST SP 800-57 part 1, table 4). */
function isFit(publicKey: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = "" } = publicKey.asymmetricKeyDetails ?? {};
  return modulusLength >= 3072 || ["prime256v1", "secp384r1"].includes(namedCurve);
}

/** Two issuers with one key would sign each other's lists. */
async function knownKey(rows: readonly IssuerRow[], publicKey: KeyObject): Promise<string | undefined> {
  return rows.find((row) => row.certificate && readIssuer(row.certificate).publicKey.equals(publicKey))?.id;
}
