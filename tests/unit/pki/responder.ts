/** A responder for an issuer of the hierarchy, and requests that others made of it, for the tests of this room. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { answering, type OcspAnswer } from "@/server/pki/ocsp.ts";
import { type CertId, readOcspRequest } from "@/server/pki/ocsp-request.ts";
import { responderProfile } from "@/server/pki/profile.ts";
import { serialHex } from "@/server/pki/serial.ts";
import { keySigner } from "@/server/pki/signer.ts";
import { addCalendarMonths } from "@/server/pki/validity.ts";
import { run } from "@/tests/support/tools.ts";
import {
  type Authority,
  folder,
  type Hierarchy,
  hierarchy,
  holder,
  issue,
  type KeyName,
  newKey,
  now,
  profiles,
} from "./hierarchy.ts";

export const later = new Date(now.getTime() + 86_400_000);
export const earlier = new Date(now.getTime() - 86_400_000);

/** A certificate that signs answers in the issuer's name, and its key. */
export async function responderOf(issuer: Authority, key: KeyName): Promise<Authority> {
  const pair = await newKey(key);
  const subject = [{ type: "CN", value: "Demo OCSP Responder" }] as const;
  const notAfter = addCalendarMonths(now, 1);
  const certificate = await issue(issuer, responderProfile, holder(pair, { subject, notAfter }));
  return { certificate, signer: keySigner(pair.privateKey) };
}

export type Statuses = Readonly<Record<string, { at: Date; reason?: number } | "unknown">>;

/** Answers about each certificate asked for: good, where `statuses` by serial has nothing else. */
export function answersTo(certIds: readonly CertId[], statuses: Statuses): OcspAnswer[] {
  return certIds.map((certId) => {
    const known = statuses[certId.serial];
    const times = { certId, thisUpdate: now, nextUpdate: later };
    if (known === undefined) return { ...times, status: "good" };
    return known === "unknown" ? { ...times, status: known } : { ...times, status: "revoked", ...known };
  });
}

export type Scene = {
  ours: Hierarchy;
  responder: Authority;
  path: string;
  serials: readonly string[];
  /** Answers `request` as the responder does. */
  answer: (request: Uint8Array, statuses: Statuses) => Promise<Uint8Array>;
  read: (name: string) => Uint8Array;
  openssl: (...args: string[]) => { ok: boolean; said: string };
  remove: () => void;
};

/** A folder with `root.pem`, `issuer.pem`, `both.pem`, and the certificates `0.pem`, `1.pem` and `2.pem`. */
export async function scene(key: KeyName): Promise<Scene> {
  const ours = await hierarchy(key);
  const responder = await responderOf(ours.client, key);
  const holders = await Promise.all(
    [0, 1, 2].map(async () => {
      const subject = holder(await newKey("P-256"));
      return { serial: serialHex(subject.serial), der: await issue(ours.client, profiles.client, subject) };
    }),
  );
  const place = folder({
    "root.pem": ours.root.certificate,
    "issuer.pem": ours.client.certificate,
    "both.pem": [ours.root.certificate, ours.client.certificate],
    ...Object.fromEntries(holders.map(({ der }, i) => [`${i}.pem`, der])),
  });
  const respond = answering(responder.certificate, responder.signer);
  return {
    ours,
    responder,
    path: place.path,
    serials: holders.map(({ serial }) => serial),
    answer: async (request, statuses) => {
      const { certIds, nonce } = readOcspRequest(request);
      return respond({ answers: answersTo(certIds, statuses), nonce, producedAt: now });
    },
    read: (name) => readFileSync(join(place.path, name)),
    openssl: (...args) => run("openssl", args, { cwd: place.path }),
    remove: place.remove,
  };
}
