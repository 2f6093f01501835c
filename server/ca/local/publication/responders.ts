/**
 * Who signs OCSP answers: for each issuer a key of its own that lives for two weeks and is followed by the next after one. The issuer's key
 * is then asked twice a month instead of at every answer, and may be where signing is slow. All processes on one database share it.
 */

import { createPrivateKey, randomUUID } from "node:crypto";
import type { Database } from "../../../db.ts";
import type { Responder as Row } from "../../../generated/prisma/client.ts";
import { log } from "../../../log.ts";
import { issueCertificate } from "../../../pki/certificate.ts";
import type { KeyPair } from "../../../pki/keys.ts";
import { answering, type OcspResponse } from "../../../pki/ocsp.ts";
import { responderProfile } from "../../../pki/profile.ts";
import { newSerial } from "../../../pki/serial.ts";
import { keySigner } from "../../../pki/signer.ts";
import { sealedColumns } from "../../../secrets/sealed-columns.ts";
import type { Sealing } from "../../../secrets/sealing.ts";
import type { CertificateIssuer } from "../issuers.ts";

export type Responder = {
  sign: (response: OcspResponse) => Uint8Array | Promise<Uint8Array>;
  notAfter: Date;
};

export type Responders = {
  /** @throws when there is none and the issuer cannot sign one now */
  of: (issuer: CertificateIssuer) => Responder | Promise<Responder>;
  /** Makes those that are due, and deletes those that have ended. Returns for whom one was made. */
  renew: (issuers: readonly CertificateIssuer[]) => Promise<readonly string[]>;
};

const hour = 60 * 60_000;
const day = 24 * hour;
const lifetime = 14 * day;
/** From then on there is to be another. */
const renewedBefore = 7 * day;
/** The last answers of one must be verifiable for as long as they are good. */
export const margin = 2 * hour;
/** Clocks differ: a relying party whose clock is slow takes it as well. */
const backdated = hour;

type Parts = { db: Database; now: () => Date; sealing: Sealing; makeKey: () => Promise<KeyPair> };

export function respondersOf(parts: Parts): Responders {
  const { db, now } = parts;
  const known = new Map<string, Responder>();
  const taking = new Map<string, Promise<Responder>>();

  /** The one all processes use; made when it is time. */
  function take(issuer: CertificateIssuer): Promise<Responder> {
    const already = taking.get(issuer.id);
    if (already) return already;
    const taken = (async () => {
      const responder = (await newest(parts, issuer)) ?? (await makeOnce(parts, issuer)).responder;
      known.set(issuer.id, responder);
      return responder;
    })().finally(() => taking.delete(issuer.id));
    taking.set(issuer.id, taken);
    return taken;
  }

  return {
    of(issuer) {
      const responder = known.get(issuer.id);
      const left = responder ? responder.notAfter.getTime() - now().getTime() : 0;
      if (responder && left > renewedBefore) return responder;
      const next = take(issuer);
      if (!responder || left <= margin) return next.catch((error) => orThrow(responder, now(), error));
      next.catch((err) =>
        log.warn(
          { err, issuer: issuer.id },
          "The next OCSP responder could not be made; the present one goes on.",
        ),
      );
      return responder;
    },
    async renew(issuers) {
      const made: string[] = [];
      for (const issuer of issuers) {
        if (await newest(parts, issuer)) continue;
        if ((await makeOnce(parts, issuer)).made) made.push(issuer.id);
      }
      await db.responder.deleteMany({ where: { notAfter: { lt: now() } } });
      return made;
    },
  };
}

/** To its last second it is better than none. */
function orThrow(responder: Responder | undefined, now: Date, error: unknown): Responder {
  if (responder && responder.notAfter.getTime() - now.getTime() > 60_000) return responder;
  throw error;
}

/** One that need not be renewed yet; null when there is none, or none that opens. */
async function newest({ db, now, sealing }: Parts, issuer: CertificateIssuer): Promise<Responder | null> {
  const ends = Math.min(now().getTime() + renewedBefore, issuer.notAfter.getTime() - 1000);
  const row = await db.responder.findFirst({
    where: { issuerId: issuer.id, notAfter: { gte: new Date(ends) } },
    orderBy: { notAfter: "desc" },
  });
  if (!row) return null;
  try {
    return opened(row, sealing);
  } catch (err) {
    log.warn({ err, issuer: issuer.id }, "The key of an OCSP responder does not open; another one is made.");
    return null;
  }
}

/** Processes that come together wait for one another, and all but the first find it made. */
function makeOnce(parts: Parts, issuer: CertificateIssuer): Promise<{ responder: Responder; made: boolean }> {
  const lock = `responder/${issuer.id}`;
  return parts.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`;
      const there = await newest({ ...parts, db: tx as Database }, issuer);
      if (there) return { responder: there, made: false };
      const row = await tx.responder.create({ data: await make(parts, issuer) });
      return { responder: opened(row, parts.sealing), made: true };
    },
    { maxWait: 20_000, timeout: 60_000 },
  );
}

async function make({ now, sealing, makeKey }: Parts, issuer: CertificateIssuer): Promise<Row> {
  const { signer } = issuer;
  if (!signer)
    throw new Error(`The key of ${issuer.id}, which signs its OCSP responders, cannot be reached.`);
  const { publicKey, privateKey } = await makeKey();
  const id = randomUUID();
  const began = issuer.notBefore?.getTime() ?? 0;
  const notBefore = new Date(Math.max(now().getTime() - backdated, began));
  const notAfter = new Date(Math.min(now().getTime() + lifetime, issuer.notAfter.getTime()));
  const certificate = await issueCertificate(
    {
      profile: responderProfile,
      issuer,
      subject: [{ type: "CN", value: "OCSP Responder" }, ...issuer.name.filter(({ type }) => type !== "CN")],
      publicKey,
      serial: newSerial(),
      notBefore,
      notAfter,
    },
    signer,
  );
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  const sealedKey = sealing.seal(pkcs8, sealedAs(issuer.id));
  pkcs8.fill(0);
  return {
    id,
    issuerId: issuer.id,
    certificate: Uint8Array.from(certificate),
    sealedKey,
    notBefore,
    notAfter,
  };
}

function opened({ issuerId, certificate, sealedKey, notAfter }: Row, sealing: Sealing): Responder {
  const pkcs8 = Buffer.from(sealing.open(sealedKey, sealedAs(issuerId)));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  pkcs8.fill(0);
  return { sign: answering(certificate, keySigner(key)), notAfter };
}

function sealedAs(issuerId: string): string {
  return sealedColumns.responderKey.context(issuerId);
}
