/** The CAs with all that is published of them, as operators watch them: what ends, which lists are out, whose answers are signed by what. */
import type { KeyObject } from "node:crypto";
import { readCertificate } from "../../../pki/read.ts";
import { type Ending, endingSoon } from "./endings.ts";
import { type IssuerView, listIssuers } from "./list.ts";
import type { CeremonyOffice } from "./office.ts";

export type ListView = {
  /** 0: the complete one. */
  shard: number;
  number: number;
  thisUpdate: Date;
  nextUpdate: Date;
  /** Revoked certificates that it has to name. */
  entries: number;
  deltaThisUpdate: Date | null;
  deltaNextUpdate: Date | null;
  isOutdated: boolean;
};

export type WatchedIssuer = Omit<IssuerView, "list" | "responderUntil"> & {
  /** As `RSA 3072` or `P-256`; null while its certificate is awaited. */
  algorithm: string | null;
  lists: readonly ListView[];
  /** Certificates that sign OCSP answers for it, those still in force. */
  responders: readonly { notBefore: Date; notAfter: Date }[];
};

export type AuthoritiesView = { issuers: readonly WatchedIssuer[]; endings: readonly Ending[] };

type Office = Pick<CeremonyOffice, "db" | "now" | "authority">;

/** No key is touched, and nothing is changed. */
export async function viewAuthorities(office: Office): Promise<AuthoritiesView> {
  const now = office.now();
  const [issuers, rows, counts] = await Promise.all([
    listIssuers(office),
    office.db.issuer.findMany({
      select: {
        ...{ id: true, certificate: true },
        lists: { omit: { full: true, delta: true }, orderBy: { shard: "asc" } },
        responders: {
          select: { notBefore: true, notAfter: true },
          where: { notAfter: { gt: now } },
          orderBy: { notAfter: "desc" },
        },
      },
    }),
    revokedOf(office, now),
  ]);
  return {
    issuers: issuers.map(({ list: _list, responderUntil: _until, ...view }) => {
      const row = rows.find(({ id }) => id === view.id);
      return {
        ...view,
        algorithm: row?.certificate ? algorithmOf(readCertificate(row.certificate).publicKey) : null,
        responders: row?.responders ?? [],
        lists: (row?.lists ?? []).map((list) => ({
          ...{ shard: list.shard, number: list.number, thisUpdate: list.thisUpdate },
          ...{ nextUpdate: list.nextUpdate, entries: counts(view.id, list.shard) },
          ...{ deltaThisUpdate: list.deltaThisUpdate, deltaNextUpdate: list.deltaNextUpdate },
          isOutdated: list.nextUpdate <= now,
        })),
      };
    }),
    endings: endingSoon(issuers, now),
  };
}

/** A complete list names those of all shards; a root's the issuing CAs. */
async function revokedOf({ db }: Office, now: Date): Promise<(id: string, shard: number) => number> {
  const [certificates, issuers] = await Promise.all([
    db.certificate.groupBy({
      by: ["issuerId", "shard"],
      where: { revokedAt: { not: null }, notAfter: { gt: now } },
      _count: true,
    }),
    db.issuer.findMany({ where: { revokedAt: { not: null } }, select: { parentId: true } }),
  ]);
  return (id, shard) =>
    certificates
      .filter((one) => one.issuerId === id && (shard === 0 || one.shard === shard))
      .reduce((sum, { _count }) => sum + _count, 0) +
    issuers.filter(({ parentId }) => parentId === id).length;
}

const curves: Readonly<Record<string, string>> = { prime256v1: "P-256", secp384r1: "P-384" };

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { modulusLength, namedCurve = "" } = asymmetricKeyDetails ?? {};
  return modulusLength ? `RSA ${modulusLength}` : (curves[namedCurve] ?? asymmetricKeyType ?? "");
}
